// Two halfwords or four bytes in a word, each for itself; and dot products of them.
#define RESULT(k, value) out[(k) * n + i] = (value)
#define BOTH(k, name) RESULT(k, name##2(x, y)), RESULT((k) + 1, name##4(x, y))
#define ONE(k, name) RESULT(k, name##2(x)), RESULT((k) + 1, name##4(x))

extern "C" __global__ void simd(const unsigned* a, const unsigned* b, unsigned* out, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    unsigned x = a[i], y = b[i];
    BOTH(0, __vadd);
    BOTH(2, __vaddss);
    BOTH(4, __vaddus);
    BOTH(6, __vsub);
    BOTH(8, __vsubss);
    BOTH(10, __vsubus);
    BOTH(12, __vabsdiffs);
    BOTH(14, __vabsdiffu);
    BOTH(16, __vavgs);
    BOTH(18, __vavgu);
    BOTH(20, __vhaddu);
    BOTH(22, __vmaxs);
    BOTH(24, __vmaxu);
    BOTH(26, __vmins);
    BOTH(28, __vminu);
    BOTH(30, __vsads);
    BOTH(32, __vsadu);
    ONE(34, __vneg);
    ONE(36, __vnegss);
    ONE(38, __vabs);
    ONE(40, __vabsss);
}

extern "C" __global__ void simd_compared(const unsigned* a, const unsigned* b, unsigned* out, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    unsigned x = a[i], y = b[i];
    BOTH(0, __vcmpeq);
    BOTH(2, __vcmpne);
    BOTH(4, __vcmpges);
    BOTH(6, __vcmpgeu);
    BOTH(8, __vcmpgts);
    BOTH(10, __vcmpgtu);
    BOTH(12, __vcmples);
    BOTH(14, __vcmpleu);
    BOTH(16, __vcmplts);
    BOTH(18, __vcmpltu);
    BOTH(20, __vseteq);
    BOTH(22, __vsetne);
    BOTH(24, __vsetges);
    BOTH(26, __vsetgeu);
    BOTH(28, __vsetgts);
    BOTH(30, __vsetgtu);
    BOTH(32, __vsetles);
    BOTH(34, __vsetleu);
    BOTH(36, __vsetlts);
    BOTH(38, __vsetltu);
}

extern "C" __global__ void dots(const unsigned* a, const unsigned* b, int* out, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    unsigned x = a[i], y = b[i];
    int p = (int)x, q = (int)y;
    RESULT(0, __dp4a(p, q, 7));
    RESULT(1, (int)__dp4a(x, y, 7u));
    RESULT(2, __dp2a_lo(p, q, 7));
    RESULT(3, (int)__dp2a_lo(x, y, 7u));
    RESULT(4, __dp2a_hi(p, q, q));
    RESULT(5, (int)__dp2a_hi(x, y, x));
    char4 c = *(const char4*)&x, d = *(const char4*)&y;
    uchar4 e = *(const uchar4*)&x, f = *(const uchar4*)&y;
    RESULT(6, __dp4a(c, d, p));
    RESULT(7, (int)__dp4a(e, f, y));
    short2 g = *(const short2*)&x;
    ushort2 h = *(const ushort2*)&x;
    RESULT(8, __dp2a_lo(g, d, 1));
    RESULT(9, (int)__dp2a_lo(h, f, 1u));
    RESULT(10, __dp2a_hi(g, d, 1));
    RESULT(11, (int)__dp2a_hi(h, f, 1u));
}

// Sums and choices in one.
extern "C" __global__ void choices(const unsigned* a, const unsigned* b, unsigned* out, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    unsigned x = a[i], y = b[i], z = x ^ 0x00ff8001;
    int p = (int)x, q = (int)y, r = (int)z;
    RESULT(0, (unsigned)__vimax3_s32(p, q, r));
    RESULT(1, (unsigned)__vimin3_s32(p, q, r));
    RESULT(2, __vimax3_u32(x, y, z));
    RESULT(3, __vimin3_u32(x, y, z));
    RESULT(4, (unsigned)__vimax3_s32_relu(p, q, r));
    RESULT(5, (unsigned)__vimin3_s32_relu(p, q, r));
    RESULT(6, (unsigned)__vimax_s32_relu(p, q));
    RESULT(7, (unsigned)__vimin_s32_relu(p, q));
    RESULT(8, (unsigned)__viaddmax_s32(p, q, r));
    RESULT(9, (unsigned)__viaddmin_s32(p, q, r));
    RESULT(10, __viaddmax_u32(x, y, z));
    RESULT(11, __viaddmin_u32(x, y, z));
    RESULT(12, (unsigned)__viaddmax_s32_relu(p, q, r));
    RESULT(13, (unsigned)__viaddmin_s32_relu(p, q, r));
    RESULT(14, __vimax3_s16x2(x, y, z));
    RESULT(15, __vimin3_u16x2(x, y, z));
    RESULT(16, __vimin3_s16x2_relu(x, y, z));
    RESULT(17, __viaddmax_u16x2(x, y, z));
    RESULT(18, __viaddmin_s16x2_relu(x, y, z));
    RESULT(19, __vimax_s16x2_relu(x, y));
    bool first, high, low;
    RESULT(20, (unsigned)__vibmax_s32(p, q, &first));
    RESULT(21, first);
    RESULT(22, __vibmin_u32(x, y, &first));
    RESULT(23, first);
    RESULT(24, __vibmax_u16x2(x, y, &high, &low));
    RESULT(25, high * 2u + low);
    RESULT(26, __vibmin_s16x2(x, y, &high, &low));
    RESULT(27, high * 2u + low);
}

// As NVIDIA's compiler writes them.
#define PTX(k, op) asm(op " %0, %1, %2, %3;" : "=r"(r) : "r"(x), "r"(y), "r"(7)); RESULT(k, r)
extern "C" __global__ void ptx_simd(const unsigned* a, const unsigned* b, unsigned* out, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    unsigned x = a[i], y = b[i], r;
    PTX(0, "vabsdiff2.s32.s32.s32");
    PTX(1, "vabsdiff4.s32.s32.s32");
    PTX(2, "vabsdiff2.u32.u32.u32");
    PTX(3, "vabsdiff4.u32.u32.u32");
    PTX(4, "vabsdiff2.s32.s32.s32.add");
    PTX(5, "vabsdiff4.s32.s32.s32.add");
    PTX(6, "vabsdiff2.u32.u32.u32.add");
    PTX(7, "vabsdiff4.u32.u32.u32.add");
    PTX(8, "dp2a.lo.s32.s32");
    PTX(9, "dp2a.lo.s32.u32");
    PTX(10, "dp2a.lo.u32.s32");
    PTX(11, "dp2a.lo.u32.u32");
    PTX(12, "dp2a.hi.s32.s32");
    PTX(13, "dp2a.hi.s32.u32");
    PTX(14, "dp2a.hi.u32.s32");
    PTX(15, "dp2a.hi.u32.u32");
}
