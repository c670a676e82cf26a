// Bits: counting, reversing, picking; and the same bits as another type.
#ifndef SYSLAB_BITS_H
#define SYSLAB_BITS_H

SYSLAB_DEVICE int __popc(unsigned x) { return __builtin_popcount(x); }
SYSLAB_DEVICE int __popcll(unsigned long long x) {
  return __builtin_popcountll(x);
}
SYSLAB_DEVICE int __clz(int x) { return x ? __builtin_clz((unsigned)x) : 32; }
SYSLAB_DEVICE int __clzll(long long x) {
  return x ? __builtin_clzll((unsigned long long)x) : 64;
}
SYSLAB_DEVICE int __ffs(int x) { return __builtin_ffs(x); }
SYSLAB_DEVICE int __ffsll(long long x) { return __builtin_ffsll(x); }
SYSLAB_DEVICE unsigned __brev(unsigned x) { return __builtin_bitreverse32(x); }
SYSLAB_DEVICE unsigned long long __brevll(unsigned long long x) {
  return __builtin_bitreverse64(x);
}
SYSLAB_DEVICE unsigned __byte_perm(unsigned x, unsigned y, unsigned s) {
  unsigned r;
  asm("prmt.b32 %0, %1, %2, %3;" : "=r"(r) : "r"(x), "r"(y), "r"(s));
  return r;
}
#define SYSLAB_FUNNEL(name, op)                                             \
  SYSLAB_DEVICE unsigned name(unsigned low, unsigned high, unsigned by) {   \
    unsigned r;                                                             \
    asm(op ".b32 %0, %1, %2, %3;" : "=r"(r) : "r"(low), "r"(high), "r"(by)); \
    return r;                                                               \
  }
SYSLAB_FUNNEL(__funnelshift_l, "shf.l.wrap")
SYSLAB_FUNNEL(__funnelshift_lc, "shf.l.clamp")
SYSLAB_FUNNEL(__funnelshift_r, "shf.r.wrap")
SYSLAB_FUNNEL(__funnelshift_rc, "shf.r.clamp")
#undef SYSLAB_FUNNEL
SYSLAB_DEVICE unsigned __fns(unsigned mask, unsigned base, int offset) {
  unsigned r;
  asm("fns.b32 %0, %1, %2, %3;" : "=r"(r) : "r"(mask), "r"(base), "r"(offset));
  return r;
}
SYSLAB_DEVICE int __mulhi(int a, int b) {
  return (int)(((long long)a * b) >> 32);
}
SYSLAB_DEVICE unsigned __umulhi(unsigned a, unsigned b) {
  return (unsigned)(((unsigned long long)a * b) >> 32);
}
SYSLAB_DEVICE long long __mul64hi(long long a, long long b) {
  long long r;
  asm("mul.hi.s64 %0, %1, %2;" : "=l"(r) : "l"(a), "l"(b));
  return r;
}
SYSLAB_DEVICE unsigned long long __umul64hi(unsigned long long a,
                                            unsigned long long b) {
  unsigned long long r;
  asm("mul.hi.u64 %0, %1, %2;" : "=l"(r) : "l"(a), "l"(b));
  return r;
}
SYSLAB_DEVICE int __mul24(int a, int b) {
  int r;
  asm("mul24.lo.s32 %0, %1, %2;" : "=r"(r) : "r"(a), "r"(b));
  return r;
}
SYSLAB_DEVICE unsigned __umul24(unsigned a, unsigned b) {
  unsigned r;
  asm("mul24.lo.u32 %0, %1, %2;" : "=r"(r) : "r"(a), "r"(b));
  return r;
}
SYSLAB_DEVICE unsigned __sad(int a, int b, unsigned c) {
  unsigned r;
  asm("sad.s32 %0, %1, %2, %3;" : "=r"(r) : "r"(a), "r"(b), "r"(c));
  return r;
}
SYSLAB_DEVICE unsigned __usad(unsigned a, unsigned b, unsigned c) {
  unsigned r;
  asm("sad.u32 %0, %1, %2, %3;" : "=r"(r) : "r"(a), "r"(b), "r"(c));
  return r;
}
SYSLAB_DEVICE int __hadd(int a, int b) {
  return (int)(((long long)a + b) >> 1);
}
SYSLAB_DEVICE int __rhadd(int a, int b) {
  return (int)(((long long)a + b + 1) >> 1);
}
SYSLAB_DEVICE unsigned __uhadd(unsigned a, unsigned b) {
  return (unsigned)(((unsigned long long)a + b) >> 1);
}
SYSLAB_DEVICE unsigned __urhadd(unsigned a, unsigned b) {
  return (unsigned)(((unsigned long long)a + b + 1) >> 1);
}
SYSLAB_DEVICE unsigned umin(unsigned a, unsigned b) { return a < b ? a : b; }
SYSLAB_DEVICE unsigned umax(unsigned a, unsigned b) { return a > b ? a : b; }
SYSLAB_DEVICE long long llmin(long long a, long long b) { return a < b ? a : b; }
SYSLAB_DEVICE long long llmax(long long a, long long b) { return a > b ? a : b; }
SYSLAB_DEVICE unsigned long long ullmin(unsigned long long a,
                                        unsigned long long b) {
  return a < b ? a : b;
}
SYSLAB_DEVICE unsigned long long ullmax(unsigned long long a,
                                        unsigned long long b) {
  return a > b ? a : b;
}
SYSLAB_DEVICE int __dp4a(int a, int b, int c) {
  int r;
  asm("dp4a.s32.s32 %0, %1, %2, %3;" : "=r"(r) : "r"(a), "r"(b), "r"(c));
  return r;
}
SYSLAB_DEVICE unsigned __dp4a(unsigned a, unsigned b, unsigned c) {
  unsigned r;
  asm("dp4a.u32.u32 %0, %1, %2, %3;" : "=r"(r) : "r"(a), "r"(b), "r"(c));
  return r;
}

#define SYSLAB_PUN(name, to, from) \
  SYSLAB_DEVICE to name(from x) { return __builtin_bit_cast(to, x); }
SYSLAB_PUN(__float_as_int, int, float)
SYSLAB_PUN(__float_as_uint, unsigned, float)
SYSLAB_PUN(__int_as_float, float, int)
SYSLAB_PUN(__uint_as_float, float, unsigned)
SYSLAB_PUN(__double_as_longlong, long long, double)
SYSLAB_PUN(__longlong_as_double, double, long long)
#undef SYSLAB_PUN
SYSLAB_DEVICE int __double2hiint(double x) {
  return (int)(__double_as_longlong(x) >> 32);
}
SYSLAB_DEVICE int __double2loint(double x) {
  return (int)__double_as_longlong(x);
}
SYSLAB_DEVICE double __hiloint2double(int high, int low) {
  return __longlong_as_double((long long)high << 32 | (unsigned)low);
}

#define SYSLAB_CONVERT(name, op, to, out, from, in)     \
  SYSLAB_DEVICE to name(from x) {                       \
    to r;                                               \
    asm(op " %0, %1;" : "=" out(r) : in(x));            \
    return r;                                           \
  }
#define SYSLAB_ROUNDINGS(name, pre, post, to, out, from, in)      \
  SYSLAB_CONVERT(name##_rn, pre "n" post, to, out, from, in)      \
  SYSLAB_CONVERT(name##_rz, pre "z" post, to, out, from, in)      \
  SYSLAB_CONVERT(name##_rd, pre "m" post, to, out, from, in)      \
  SYSLAB_CONVERT(name##_ru, pre "p" post, to, out, from, in)
SYSLAB_ROUNDINGS(__float2int, "cvt.r", "i.s32.f32", int, "r", float, "f")
SYSLAB_ROUNDINGS(__float2uint, "cvt.r", "i.u32.f32", unsigned, "r", float, "f")
SYSLAB_ROUNDINGS(__float2ll, "cvt.r", "i.s64.f32", long long, "l", float, "f")
SYSLAB_ROUNDINGS(__double2int, "cvt.r", "i.s32.f64", int, "r", double, "d")
SYSLAB_ROUNDINGS(__double2uint, "cvt.r", "i.u32.f64", unsigned, "r", double, "d")
SYSLAB_ROUNDINGS(__float2ull, "cvt.r", "i.u64.f32", unsigned long long, "l", float, "f")
SYSLAB_ROUNDINGS(__double2ull, "cvt.r", "i.u64.f64", unsigned long long, "l", double, "d")
SYSLAB_ROUNDINGS(__ull2float, "cvt.r", ".f32.u64", float, "f", unsigned long long, "l")
SYSLAB_ROUNDINGS(__ll2double, "cvt.r", ".f64.s64", double, "d", long long, "l")
SYSLAB_ROUNDINGS(__ull2double, "cvt.r", ".f64.u64", double, "d", unsigned long long, "l")
SYSLAB_ROUNDINGS(__double2ll, "cvt.r", "i.s64.f64", long long, "l", double, "d")
SYSLAB_ROUNDINGS(__int2float, "cvt.r", ".f32.s32", float, "f", int, "r")
SYSLAB_ROUNDINGS(__uint2float, "cvt.r", ".f32.u32", float, "f", unsigned, "r")
SYSLAB_ROUNDINGS(__ll2float, "cvt.r", ".f32.s64", float, "f", long long, "l")
SYSLAB_ROUNDINGS(__double2float, "cvt.r", ".f32.f64", float, "f", double, "d")
SYSLAB_DEVICE double __int2double_rn(int x) { return (double)x; }
SYSLAB_DEVICE double __uint2double_rn(unsigned x) { return (double)x; }
#undef SYSLAB_ROUNDINGS
#undef SYSLAB_CONVERT

// Addresses in one state space, as numbers, and back.
#define SYSLAB_SPACE(space, op)                                        \
  SYSLAB_DEVICE size_t __cvta_generic_to_##space(const void *p) {      \
    size_t r;                                                          \
    asm("cvta.to." op ".u64 %0, %1;" : "=l"(r) : "l"(p));              \
    return r;                                                          \
  }                                                                    \
  SYSLAB_DEVICE void *__cvta_##space##_to_generic(size_t at) {         \
    void *r;                                                           \
    asm("cvta." op ".u64 %0, %1;" : "=l"(r) : "l"(at));                \
    return r;                                                          \
  }
SYSLAB_SPACE(global, "global")
SYSLAB_SPACE(shared, "shared")
SYSLAB_SPACE(constant, "const")
SYSLAB_SPACE(local, "local")
#undef SYSLAB_SPACE
#define SYSLAB_IS(name, space)                                           \
  SYSLAB_DEVICE unsigned name(const void *p) {                           \
    unsigned r;                                                          \
    asm("{ .reg .pred p; isspacep." space " p, %1; selp.u32 %0, 1, 0, p; }" \
        : "=r"(r)                                                        \
        : "l"(p));                                                       \
    return r;                                                            \
  }
SYSLAB_IS(__isShared, "shared")
SYSLAB_IS(__isGlobal, "global")
SYSLAB_IS(__isConstant, "const")
SYSLAB_IS(__isLocal, "local")
#undef SYSLAB_IS

#endif
