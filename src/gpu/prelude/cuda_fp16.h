// Half precision: __half and __half2, by the instructions that work on them.
#ifndef SYSLAB_FP16_H
#define SYSLAB_FP16_H

#include "syslab_cuda.h"

#define SYSLAB_MEMBER __attribute__((device, host, always_inline, nodebug))

struct __attribute__((aligned(2))) __half_raw {
  unsigned short x;
};
struct __attribute__((aligned(4))) __half2_raw {
  unsigned short x, y;
};

SYSLAB_DEVICE unsigned short syslab_half_bits(float x) {
  unsigned short r;
  asm("cvt.rn.f16.f32 %0, %1;" : "=h"(r) : "f"(x));
  return r;
}
SYSLAB_DEVICE float syslab_half_value(unsigned short x) {
  float r;
  asm("cvt.f32.f16 %0, %1;" : "=f"(r) : "h"(x));
  return r;
}

struct __attribute__((aligned(2))) __half {
  unsigned short bits;
  __half() = default;
  SYSLAB_MEMBER __half(__half_raw raw) : bits(raw.x) {}
  __attribute__((device, always_inline, nodebug)) __half(float x)
      : bits(syslab_half_bits(x)) {}
  __attribute__((device, always_inline, nodebug)) __half(double x)
      : bits(syslab_half_bits((float)x)) {}
  __attribute__((device, always_inline, nodebug)) __half(int x)
      : bits(syslab_half_bits((float)x)) {}
  __attribute__((device, always_inline, nodebug)) __half(unsigned x)
      : bits(syslab_half_bits((float)x)) {}
  __attribute__((device, always_inline, nodebug)) __half(long x)
      : bits(syslab_half_bits((float)x)) {}
  __attribute__((device, always_inline, nodebug)) __half(unsigned long x)
      : bits(syslab_half_bits((float)x)) {}
  __attribute__((device, always_inline, nodebug)) __half(long long x)
      : bits(syslab_half_bits((float)x)) {}
  __attribute__((device, always_inline, nodebug)) __half(unsigned long long x)
      : bits(syslab_half_bits((float)x)) {}
  __attribute__((device, always_inline, nodebug)) operator float() const {
    return syslab_half_value(bits);
  }
  SYSLAB_MEMBER operator __half_raw() const { return __half_raw{bits}; }
};
typedef __half half;
typedef __half nv_half;
typedef __half __nv_half;
typedef __half_raw __nv_half_raw;

struct __attribute__((aligned(4))) __half2 {
  __half x, y;
  __half2() = default;
  SYSLAB_MEMBER __half2(__half a, __half b) : x(a), y(b) {}
};
typedef __half2 half2;
typedef __half2 nv_half2;
typedef __half2 __nv_half2;
typedef __half2_raw __nv_half2_raw;

SYSLAB_DEVICE __half syslab_half(unsigned short bits) {
  return __half(__half_raw{bits});
}
SYSLAB_DEVICE unsigned syslab_pair_bits(__half2 a) {
  return (unsigned)a.y.bits << 16 | a.x.bits;
}
SYSLAB_DEVICE __half2 syslab_pair(unsigned bits) {
  return __half2(syslab_half((unsigned short)bits),
                 syslab_half((unsigned short)(bits >> 16)));
}

SYSLAB_DEVICE __half __float2half(float x) { return __half(x); }
SYSLAB_DEVICE __half __float2half_rn(float x) { return __half(x); }
#define SYSLAB_ROUNDED(name, op)                                    \
  SYSLAB_DEVICE __half name(float x) {                              \
    unsigned short r;                                               \
    asm(op " %0, %1;" : "=h"(r) : "f"(x));                          \
    return syslab_half(r);                                          \
  }
SYSLAB_ROUNDED(__float2half_rz, "cvt.rz.f16.f32")
SYSLAB_ROUNDED(__float2half_rd, "cvt.rm.f16.f32")
SYSLAB_ROUNDED(__float2half_ru, "cvt.rp.f16.f32")
#undef SYSLAB_ROUNDED
SYSLAB_DEVICE __half __double2half(double x) { return __half(x); }
SYSLAB_DEVICE float __half2float(__half x) { return (float)x; }
// What a single does not hold exactly is more than a half has anyway. And a half has no more than some 65,000
// but for infinity.
#define SYSLAB_INTEGER_MODE(name, mode, type, through, lowest, highest)      \
  SYSLAB_DEVICE __half __##name##2half_##mode(type x) {                       \
    return __float2half_##mode((float)x);                                     \
  }                                                                           \
  SYSLAB_DEVICE type __half2##name##_##mode(__half x) {                       \
    auto whole = __float2##through##_##mode((float)x);                        \
    return (type)(whole < lowest ? lowest : whole > highest ? highest : whole); \
  }
#define SYSLAB_INTEGER_MODES(name, type, through, lowest, highest)       \
  SYSLAB_INTEGER_MODE(name, rn, type, through, lowest, highest)          \
  SYSLAB_INTEGER_MODE(name, rz, type, through, lowest, highest)          \
  SYSLAB_INTEGER_MODE(name, rd, type, through, lowest, highest)          \
  SYSLAB_INTEGER_MODE(name, ru, type, through, lowest, highest)
SYSLAB_INTEGER_MODES(short, short, int, -32768, 32767)
SYSLAB_INTEGER_MODES(ushort, unsigned short, int, 0, 65535)
SYSLAB_INTEGER_MODES(int, int, int, whole, whole)
SYSLAB_INTEGER_MODES(uint, unsigned, uint, whole, whole)
SYSLAB_INTEGER_MODES(ll, long long, ll, whole, whole)
SYSLAB_INTEGER_MODES(ull, unsigned long long, ull, whole, whole)
#undef SYSLAB_INTEGER_MODES
#undef SYSLAB_INTEGER_MODE
SYSLAB_DEVICE __half __ushort_as_half(unsigned short x) {
  return syslab_half(x);
}
SYSLAB_DEVICE unsigned short __half_as_ushort(__half x) { return x.bits; }
SYSLAB_DEVICE __half __short_as_half(short x) {
  return syslab_half((unsigned short)x);
}
SYSLAB_DEVICE short __half_as_short(__half x) { return (short)x.bits; }

SYSLAB_DEVICE __half2 __halves2half2(__half a, __half b) {
  return __half2(a, b);
}
SYSLAB_DEVICE __half2 make_half2(__half a, __half b) { return __half2(a, b); }
SYSLAB_DEVICE __half2 __half2half2(__half a) { return __half2(a, a); }
SYSLAB_DEVICE __half2 __float2half2_rn(float x) {
  return __half2(__half(x), __half(x));
}
SYSLAB_DEVICE __half2 __floats2half2_rn(float x, float y) {
  return __half2(__half(x), __half(y));
}
SYSLAB_DEVICE __half2 __float22half2_rn(float2 x) {
  return __half2(__half(x.x), __half(x.y));
}
SYSLAB_DEVICE float2 __half22float2(__half2 a) {
  return make_float2((float)a.x, (float)a.y);
}
SYSLAB_DEVICE __half __low2half(__half2 a) { return a.x; }
SYSLAB_DEVICE __half __high2half(__half2 a) { return a.y; }
SYSLAB_DEVICE float __low2float(__half2 a) { return (float)a.x; }
SYSLAB_DEVICE float __high2float(__half2 a) { return (float)a.y; }
SYSLAB_DEVICE __half2 __lows2half2(__half2 a, __half2 b) {
  return __half2(a.x, b.x);
}
SYSLAB_DEVICE __half2 __highs2half2(__half2 a, __half2 b) {
  return __half2(a.y, b.y);
}
SYSLAB_DEVICE __half2 __low2half2(__half2 a) { return __half2(a.x, a.x); }
SYSLAB_DEVICE __half2 __high2half2(__half2 a) { return __half2(a.y, a.y); }
SYSLAB_DEVICE __half2 __lowhigh2highlow(__half2 a) { return __half2(a.y, a.x); }

#define CUDART_ZERO_FP16 __ushort_as_half(0x0000)
#define CUDART_NEG_ZERO_FP16 __ushort_as_half(0x8000)
#define CUDART_ONE_FP16 __ushort_as_half(0x3c00)
#define CUDART_INF_FP16 __ushort_as_half(0x7c00)
#define CUDART_NAN_FP16 __ushort_as_half(0x7fff)
#define CUDART_MAX_NORMAL_FP16 __ushort_as_half(0x7bff)
#define CUDART_MIN_DENORM_FP16 __ushort_as_half(0x0001)

#define SYSLAB_HALF2(name, name2, op)                                        \
  SYSLAB_DEVICE __half name(__half a, __half b) {                            \
    unsigned short r;                                                        \
    asm(op ".f16 %0, %1, %2;" : "=h"(r) : "h"(a.bits), "h"(b.bits));         \
    return syslab_half(r);                                                   \
  }                                                                          \
  SYSLAB_DEVICE __half2 name2(__half2 a, __half2 b) {                        \
    unsigned r;                                                              \
    asm(op ".f16x2 %0, %1, %2;"                                              \
        : "=r"(r)                                                            \
        : "r"(syslab_pair_bits(a)), "r"(syslab_pair_bits(b)));               \
    return syslab_pair(r);                                                   \
  }
SYSLAB_HALF2(__hadd, __hadd2, "add.rn")
SYSLAB_HALF2(__hsub, __hsub2, "sub.rn")
SYSLAB_HALF2(__hmul, __hmul2, "mul.rn")
// These are never made one with another operation; nor are those.
SYSLAB_HALF2(__hadd_rn, __hadd2_rn, "add.rn")
SYSLAB_HALF2(__hsub_rn, __hsub2_rn, "sub.rn")
SYSLAB_HALF2(__hmul_rn, __hmul2_rn, "mul.rn")
SYSLAB_HALF2(__hadd_sat, __hadd2_sat, "add.rn.sat")
SYSLAB_HALF2(__hsub_sat, __hsub2_sat, "sub.rn.sat")
SYSLAB_HALF2(__hmul_sat, __hmul2_sat, "mul.rn.sat")
#undef SYSLAB_HALF2
#define SYSLAB_FUSED(name, name2, op)                                        \
  SYSLAB_DEVICE __half name(__half a, __half b, __half c) {                  \
    unsigned short r;                                                        \
    asm(op ".f16 %0, %1, %2, %3;"                                            \
        : "=h"(r)                                                            \
        : "h"(a.bits), "h"(b.bits), "h"(c.bits));                            \
    return syslab_half(r);                                                   \
  }                                                                          \
  SYSLAB_DEVICE __half2 name2(__half2 a, __half2 b, __half2 c) {             \
    unsigned r;                                                              \
    asm(op ".f16x2 %0, %1, %2, %3;"                                          \
        : "=r"(r)                                                            \
        : "r"(syslab_pair_bits(a)), "r"(syslab_pair_bits(b)),                \
          "r"(syslab_pair_bits(c)));                                         \
    return syslab_pair(r);                                                   \
  }
SYSLAB_FUSED(__hfma, __hfma2, "fma.rn")
SYSLAB_FUSED(__hfma_sat, __hfma2_sat, "fma.rn.sat")
#undef SYSLAB_FUSED
// fma.relu came with compute capability 8.0.
SYSLAB_DEVICE __half __hfma_relu(__half a, __half b, __half c) {
  unsigned short bits = __hfma(a, b, c).bits;
  if ((bits & 0x7fff) > 0x7c00) return syslab_half(0x7fff);
  return syslab_half(bits & 0x8000 ? (unsigned short)0 : bits);
}
SYSLAB_DEVICE __half2 __hfma2_relu(__half2 a, __half2 b, __half2 c) {
  return __half2(__hfma_relu(a.x, b.x, c.x), __hfma_relu(a.y, b.y, c.y));
}
// A quotient of singles, rounded once more, is the right one: 24 digits are twice 11 and two.
SYSLAB_DEVICE __half __hdiv(__half a, __half b) {
  return __half((float)a / (float)b);
}
SYSLAB_DEVICE __half2 __h2div(__half2 a, __half2 b) {
  return __half2(__hdiv(a.x, b.x), __hdiv(a.y, b.y));
}
SYSLAB_DEVICE __half __hneg(__half a) {
  return syslab_half((unsigned short)(a.bits ^ 0x8000));
}
SYSLAB_DEVICE __half2 __hneg2(__half2 a) {
  return __half2(__hneg(a.x), __hneg(a.y));
}
SYSLAB_DEVICE __half __habs(__half a) {
  return syslab_half((unsigned short)(a.bits & 0x7fff));
}
SYSLAB_DEVICE __half2 __habs2(__half2 a) {
  return __half2(__habs(a.x), __habs(a.y));
}

// Two by two: each as a number, as all bits, and whether both are so. With u: also if one of two is NaN.
#define SYSLAB_COMPARE(name, result)                                          \
  SYSLAB_DEVICE bool __h##name(__half a, __half b) {                          \
    float x = (float)a, y = (float)b;                                         \
    return result;                                                            \
  }                                                                           \
  SYSLAB_DEVICE __half2 __h##name##2(__half2 a, __half2 b) {                  \
    return __half2(__half(__h##name(a.x, b.x) ? 1.0f : 0.0f),                 \
                   __half(__h##name(a.y, b.y) ? 1.0f : 0.0f));                \
  }                                                                           \
  SYSLAB_DEVICE unsigned __h##name##2_mask(__half2 a, __half2 b) {            \
    return (__h##name(a.x, b.x) ? 0xffffu : 0u) |                             \
           (__h##name(a.y, b.y) ? 0xffff0000u : 0u);                          \
  }                                                                           \
  SYSLAB_DEVICE bool __hb##name##2(__half2 a, __half2 b) {                    \
    return __h##name(a.x, b.x) && __h##name(a.y, b.y);                        \
  }
SYSLAB_COMPARE(eq, x == y)
SYSLAB_COMPARE(ne, x < y || x > y)
SYSLAB_COMPARE(lt, x < y)
SYSLAB_COMPARE(le, x <= y)
SYSLAB_COMPARE(gt, x > y)
SYSLAB_COMPARE(ge, x >= y)
SYSLAB_COMPARE(equ, !(x < y || x > y))
SYSLAB_COMPARE(neu, !(x == y))
SYSLAB_COMPARE(ltu, !(x >= y))
SYSLAB_COMPARE(leu, !(x > y))
SYSLAB_COMPARE(gtu, !(x <= y))
SYSLAB_COMPARE(geu, !(x < y))
#undef SYSLAB_COMPARE
SYSLAB_DEVICE bool __hisnan(__half a) { return isnan((float)a); }
SYSLAB_DEVICE int __hisinf(__half a) {
  return isinf((float)a) ? (a.bits >> 15 ? -1 : 1) : 0;
}
SYSLAB_DEVICE __half __hmax(__half a, __half b) {
  return __half(fmaxf((float)a, (float)b));
}
SYSLAB_DEVICE __half __hmin(__half a, __half b) {
  return __half(fminf((float)a, (float)b));
}
SYSLAB_DEVICE __half2 __hmax2(__half2 a, __half2 b) {
  return __half2(__hmax(a.x, b.x), __hmax(a.y, b.y));
}
SYSLAB_DEVICE __half2 __hmin2(__half2 a, __half2 b) {
  return __half2(__hmin(a.x, b.x), __hmin(a.y, b.y));
}

#define SYSLAB_FUNCTION(name, name2, f)                                     \
  SYSLAB_DEVICE __half name(__half a) { return __half(f((float)a)); }       \
  SYSLAB_DEVICE __half2 name2(__half2 a) { return __half2(name(a.x), name(a.y)); }
SYSLAB_FUNCTION(hexp, h2exp, expf)
SYSLAB_FUNCTION(hexp2, h2exp2, exp2f)
SYSLAB_FUNCTION(hexp10, h2exp10, exp10f)
SYSLAB_FUNCTION(hlog, h2log, logf)
SYSLAB_FUNCTION(hlog10, h2log10, log10f)
SYSLAB_FUNCTION(hlog2, h2log2, log2f)
SYSLAB_FUNCTION(hsin, h2sin, sinf)
SYSLAB_FUNCTION(hcos, h2cos, cosf)
SYSLAB_FUNCTION(hsqrt, h2sqrt, sqrtf)
SYSLAB_FUNCTION(hrsqrt, h2rsqrt, rsqrtf)
SYSLAB_FUNCTION(hrcp, h2rcp, 1.0f /)
SYSLAB_FUNCTION(hfloor, h2floor, floorf)
SYSLAB_FUNCTION(hceil, h2ceil, ceilf)
SYSLAB_FUNCTION(htrunc, h2trunc, truncf)
SYSLAB_FUNCTION(hrint, h2rint, rintf)
#undef SYSLAB_FUNCTION

#define SYSLAB_OPERATOR(op, f, f2)                                          \
  SYSLAB_DEVICE __half operator op(__half a, __half b) { return f(a, b); }  \
  SYSLAB_DEVICE __half &operator op##=(__half &a, __half b) {               \
    return a = f(a, b);                                                     \
  }                                                                         \
  SYSLAB_DEVICE __half2 operator op(__half2 a, __half2 b) {                 \
    return f2(a, b);                                                        \
  }                                                                         \
  SYSLAB_DEVICE __half2 &operator op##=(__half2 &a, __half2 b) {            \
    return a = f2(a, b);                                                    \
  }
SYSLAB_OPERATOR(+, __hadd, __hadd2)
SYSLAB_OPERATOR(-, __hsub, __hsub2)
SYSLAB_OPERATOR(*, __hmul, __hmul2)
SYSLAB_OPERATOR(/, __hdiv, __h2div)
#undef SYSLAB_OPERATOR
SYSLAB_DEVICE __half operator-(__half a) { return __hneg(a); }
SYSLAB_DEVICE __half2 operator-(__half2 a) { return __hneg2(a); }
SYSLAB_DEVICE __half operator+(__half a) { return a; }
SYSLAB_DEVICE __half2 operator+(__half2 a) { return a; }
#define SYSLAB_STEP(op, by)                                                 \
  SYSLAB_DEVICE __half &operator op##op(__half &a) {                        \
    return a by __half(1.0f);                                               \
  }                                                                         \
  SYSLAB_DEVICE __half operator op##op(__half &a, int) {                    \
    __half before = a;                                                      \
    op##op a;                                                               \
    return before;                                                          \
  }                                                                         \
  SYSLAB_DEVICE __half2 &operator op##op(__half2 &a) {                      \
    return a by __float2half2_rn(1.0f);                                     \
  }                                                                         \
  SYSLAB_DEVICE __half2 operator op##op(__half2 &a, int) {                  \
    __half2 before = a;                                                     \
    op##op a;                                                               \
    return before;                                                          \
  }
SYSLAB_STEP(+, +=)
SYSLAB_STEP(-, -=)
#undef SYSLAB_STEP
#define SYSLAB_OPERATOR(op, name)                           \
  SYSLAB_DEVICE bool operator op(__half a, __half b) {      \
    return __h##name(a, b);                                 \
  }                                                         \
  SYSLAB_DEVICE bool operator op(__half2 a, __half2 b) {    \
    return __hb##name##2(a, b);                             \
  }
SYSLAB_OPERATOR(==, eq)
SYSLAB_OPERATOR(!=, neu)
SYSLAB_OPERATOR(<, lt)
SYSLAB_OPERATOR(<=, le)
SYSLAB_OPERATOR(>, gt)
SYSLAB_OPERATOR(>=, ge)
#undef SYSLAB_OPERATOR

SYSLAB_DEVICE __half2 atomicAdd(__half2 *address, __half2 value) {
  unsigned old;
  asm volatile("atom.add.noftz.f16x2 %0, [%1], %2;"
               : "=r"(old)
               : "l"(address), "r"(syslab_pair_bits(value))
               : "memory");
  return syslab_pair(old);
}
SYSLAB_DEVICE __half atomicAdd(__half *address, __half value) {
  unsigned short old;
  asm volatile("atom.add.noftz.f16 %0, [%1], %2;"
               : "=h"(old)
               : "l"(address), "h"(value.bits)
               : "memory");
  return syslab_half(old);
}

#define SYSLAB_SHUFFLE(name, lane_t)                                         \
  SYSLAB_DEVICE __half name(unsigned mask, __half value, lane_t lane,        \
                            int width = 32) {                                \
    return syslab_half((unsigned short)name(mask, (unsigned)value.bits, lane, \
                                            width));                         \
  }                                                                          \
  SYSLAB_DEVICE __half2 name(unsigned mask, __half2 value, lane_t lane,      \
                             int width = 32) {                               \
    return syslab_pair(name(mask, syslab_pair_bits(value), lane, width));    \
  }
SYSLAB_SHUFFLE(__shfl_sync, int)
SYSLAB_SHUFFLE(__shfl_up_sync, unsigned)
SYSLAB_SHUFFLE(__shfl_down_sync, unsigned)
SYSLAB_SHUFFLE(__shfl_xor_sync, int)
#undef SYSLAB_SHUFFLE
#undef SYSLAB_MEMBER

#endif
