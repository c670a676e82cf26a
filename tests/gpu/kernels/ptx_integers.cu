// Instructions on integers which compilers seldom make: PTX ISA, "Integer Arithmetic Instructions" and "Logic and Shift Instructions".
#define RESULT(k, value) out[(k) * n + i] = (unsigned)(value)
#define UNARY(k, op) { unsigned r; asm(op " %0, %1;" : "=r"(r) : "r"(x)); RESULT(k, r); }
#define BINARY(k, op) { unsigned r; asm(op " %0, %1, %2;" : "=r"(r) : "r"(x), "r"(y)); RESULT(k, r); }
#define TERNARY(k, op) { unsigned r; asm(op " %0, %1, %2, %3;" : "=r"(r) : "r"(x), "r"(y), "r"(z)); RESULT(k, r); }
#define WITH(k, op, rest) { unsigned r; asm(op " %0, %1, %2, " rest ";" : "=r"(r) : "r"(x), "r"(y)); RESULT(k, r); }

extern "C" __global__ void ptx_integers(const unsigned* a, const unsigned* b, unsigned* out, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    unsigned x = a[i], y = b[i], z = x * 2654435761u + 12345u;
    TERNARY(0, "sad.u32");
    TERNARY(1, "sad.s32");
    TERNARY(2, "mad.lo.u32");
    TERNARY(3, "mad.hi.u32");
    TERNARY(4, "mad.hi.s32");
    BINARY(5, "mul24.hi.u32");
    BINARY(6, "mul24.hi.s32");
    TERNARY(7, "mad24.lo.u32");
    TERNARY(8, "mad24.lo.s32");
    UNARY(9, "bfind.u32");
    UNARY(10, "bfind.s32");
    UNARY(11, "bfind.shiftamt.u32");
    UNARY(12, "cnot.b32");
    WITH(13, "lop3.b32", "%1, 0x6a");
    { unsigned r; asm("lop3.b32 %0, %1, %2, %3, 0xe8;" : "=r"(r) : "r"(x), "r"(y), "r"(z)); RESULT(14, r); }
    WITH(15, "prmt.b32.f4e", "1");
    WITH(16, "prmt.b32.b4e", "2");
    WITH(17, "prmt.b32.rc8", "3");
    WITH(18, "prmt.b32.ecl", "1");
    WITH(19, "prmt.b32.ecr", "2");
    WITH(20, "prmt.b32.rc16", "1");
    WITH(21, "prmt.b32", "0xba98");
    unsigned count = y & 63;
    { unsigned r; asm("shf.l.clamp.b32 %0, %1, %2, %3;" : "=r"(r) : "r"(x), "r"(z), "r"(count)); RESULT(22, r); }
    { unsigned r; asm("shf.r.clamp.b32 %0, %1, %2, %3;" : "=r"(r) : "r"(x), "r"(z), "r"(count)); RESULT(23, r); }
    { unsigned r; asm("shl.b32 %0, %1, %2;" : "=r"(r) : "r"(x), "r"(count)); RESULT(24, r); }
    { unsigned r; asm("shr.u32 %0, %1, %2;" : "=r"(r) : "r"(x), "r"(count)); RESULT(25, r); }
    { unsigned r; asm("shr.s32 %0, %1, %2;" : "=r"(r) : "r"(x), "r"(count)); RESULT(26, r); }
    unsigned at = y & 0x3f, length = (y >> 8) & 0x3f;
    { unsigned r; asm("bfe.u32 %0, %1, %2, %3;" : "=r"(r) : "r"(x), "r"(at), "r"(length)); RESULT(27, r); }
    { unsigned r; asm("bfe.s32 %0, %1, %2, %3;" : "=r"(r) : "r"(x), "r"(at), "r"(length)); RESULT(28, r); }
    { unsigned r; asm("bfi.b32 %0, %1, %2, %3, %4;" : "=r"(r) : "r"(z), "r"(x), "r"(at), "r"(length)); RESULT(29, r); }
    TERNARY(30, "dp4a.u32.u32");
    TERNARY(31, "dp4a.s32.s32");
    { unsigned r; asm("bmsk.clamp.b32 %0, %1, %2;" : "=r"(r) : "r"(at), "r"(length)); RESULT(32, r); }
    { unsigned r; asm("bmsk.wrap.b32 %0, %1, %2;" : "=r"(r) : "r"(at), "r"(length)); RESULT(33, r); }
    { unsigned r; asm("fns.b32 %0, %1, %2, %3;" : "=r"(r) : "r"(x), "r"(y & 31), "r"((int)(y >> 8 & 7) - 3)); RESULT(34, r); }
    { unsigned r; asm("slct.u32.s32 %0, %1, %2, %3;" : "=r"(r) : "r"(x), "r"(y), "r"(z)); RESULT(35, r); }
    { unsigned r; asm("set.lt.u32.s32 %0, %1, %2;" : "=r"(r) : "r"(x), "r"(y)); RESULT(36, r); }
    { unsigned r; asm("{ .reg .pred p, q; setp.lt.u32 p, %1, %2; setp.ge.and.s32 q, %1, %2, p; selp.u32 %0, 1, 0, q; }" : "=r"(r) : "r"(x), "r"(y)); RESULT(37, r); }
    { unsigned r; asm("{ .reg .pred p, q, s; setp.lt.u32 p|q, %1, %2; xor.pred s, p, q; and.pred s, s, p; not.pred s, s; selp.u32 %0, 5, 9, s; }" : "=r"(r) : "r"(x), "r"(y)); RESULT(38, r); }
    { unsigned low, high; asm("add.cc.u32 %0, %2, %3; addc.u32 %1, %2, 0;" : "=&r"(low), "=r"(high) : "r"(x), "r"(y)); RESULT(39, low ^ high * 3); }
    { unsigned low, high; asm("sub.cc.u32 %0, %2, %3; subc.u32 %1, %3, 7;" : "=&r"(low), "=r"(high) : "r"(x), "r"(y)); RESULT(40, low ^ high * 3); }
    { unsigned r; asm("{ .reg .b16 l, h; mov.b32 {l, h}, %1; mov.b32 %0, {h, l}; }" : "=r"(r) : "r"(x)); RESULT(41, r); }
    { unsigned r; asm("{ .reg .u16 l, h, p; mov.b32 {l, h}, %1; mul.hi.u16 p, l, h; cvt.u32.u16 %0, p; }" : "=r"(r) : "r"(x)); RESULT(42, r); }
    { unsigned r; asm("{ .reg .u16 l, h; mov.b32 {l, h}, %1; mul.wide.u16 %0, l, h; }" : "=r"(r) : "r"(x)); RESULT(43, r); }
    { unsigned r; asm("{ .reg .s16 l, h; mov.b32 {l, h}, %1; min.s16 l, l, h; cvt.s32.s16 %0, l; }" : "=r"(r) : "r"(x)); RESULT(44, r); }
    { unsigned low, high; asm("mad.lo.cc.u32 %0, %2, %3, %4; madc.hi.u32 %1, %2, %3, 5;" : "=&r"(low), "=r"(high) : "r"(x), "r"(y), "r"(z)); RESULT(45, low ^ high * 3); }
}

#define RESULT64(k, value) out[(k) * n + i] = (value)
#define WIDE(k, text) { unsigned long long r; asm(text : "=l"(r) : "l"(x), "l"(y)); RESULT64(k, r); }
#define SHORT(k, text) { unsigned r; asm(text : "=r"(r) : "l"(x), "l"(y)); RESULT64(k, r); }

extern "C" __global__ void ptx_wide_integers(const unsigned long long* a, const unsigned long long* b, unsigned long long* out, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    unsigned long long x = a[i], y = b[i];
    unsigned at = (unsigned)y & 0x7f, length = (unsigned)(y >> 8) & 0x7f;
    WIDE(0, "min.s64 %0, %1, %2;");
    WIDE(1, "max.u64 %0, %1, %2;");
    WIDE(2, "abs.s64 %0, %1;");
    WIDE(3, "mad.hi.u64 %0, %1, %2, %1;");
    SHORT(4, "bfind.u64 %0, %1;");
    SHORT(5, "bfind.s64 %0, %1;");
    SHORT(6, "popc.b64 %0, %1;");
    SHORT(7, "clz.b64 %0, %1;");
    WIDE(8, "brev.b64 %0, %1;");
    WIDE(9, "cnot.b64 %0, %1;");
    { unsigned long long r; asm("bfe.u64 %0, %1, %2, %3;" : "=l"(r) : "l"(x), "r"(at), "r"(length)); RESULT64(10, r); }
    { unsigned long long r; asm("bfe.s64 %0, %1, %2, %3;" : "=l"(r) : "l"(x), "r"(at), "r"(length)); RESULT64(11, r); }
    { unsigned long long r; asm("bfi.b64 %0, %1, %2, %3, %4;" : "=l"(r) : "l"(y), "l"(x), "r"(at), "r"(length)); RESULT64(12, r); }
    { unsigned long long r; asm("shl.b64 %0, %1, %2;" : "=l"(r) : "l"(x), "r"(at)); RESULT64(13, r); }
    { unsigned long long r; asm("shr.s64 %0, %1, %2;" : "=l"(r) : "l"(x), "r"(at)); RESULT64(14, r); }
    WIDE(15, "{ .reg .b32 l, h; mov.b64 {l, h}, %1; mov.b64 %0, {h, l}; }");
    WIDE(16, "{ .reg .b16 p, q, r, s; mov.b64 {p, q, r, s}, %1; mov.b64 %0, {s, r, q, p}; }");
    WIDE(17, "{ .reg .pred p; setp.hi.u64 p, %1, %2; selp.b64 %0, %1, %2, p; }");
    WIDE(18, "add.cc.u64 %0, %1, %2; addc.u64 %0, %0, 0;");
    WIDE(19, "rem.u64 %0, %1, 1000003;");
}
