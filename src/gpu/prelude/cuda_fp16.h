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
  __attribute__((device, always_inline, nodebug)) operator float() const {
    return syslab_half_value(bits);
  }
  SYSLAB_MEMBER operator __half_raw() const { return __half_raw{bits}; }
};
typedef __half half;

struct __attribute__((aligned(4))) __half2 {
  __half x, y;
  __half2() = default;
  SYSLAB_MEMBER __half2(__half a, __half b) : x(a), y(b) {}
};
typedef __half2 half2;

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
#undef SYSLAB_ROUNDED
SYSLAB_DEVICE __half __double2half(double x) { return __half(x); }
SYSLAB_DEVICE float __half2float(__half x) { return (float)x; }
SYSLAB_DEVICE __half __int2half_rn(int x) { return __half(x); }
SYSLAB_DEVICE __half __uint2half_rn(unsigned x) { return __half(x); }
SYSLAB_DEVICE int __half2int_rn(__half x) { return __float2int_rn((float)x); }
SYSLAB_DEVICE int __half2int_rz(__half x) { return __float2int_rz((float)x); }
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
SYSLAB_DEVICE __half2 __lowhigh2highlow(__half2 a) { return __half2(a.y, a.x); }

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
#undef SYSLAB_HALF2
SYSLAB_DEVICE __half __hfma(__half a, __half b, __half c) {
  unsigned short r;
  asm("fma.rn.f16 %0, %1, %2, %3;"
      : "=h"(r)
      : "h"(a.bits), "h"(b.bits), "h"(c.bits));
  return syslab_half(r);
}
SYSLAB_DEVICE __half2 __hfma2(__half2 a, __half2 b, __half2 c) {
  unsigned r;
  asm("fma.rn.f16x2 %0, %1, %2, %3;"
      : "=r"(r)
      : "r"(syslab_pair_bits(a)), "r"(syslab_pair_bits(b)),
        "r"(syslab_pair_bits(c)));
  return syslab_pair(r);
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

#define SYSLAB_COMPARE(name, op)                             \
  SYSLAB_DEVICE bool name(__half a, __half b) {              \
    return (float)a op(float) b;                             \
  }
SYSLAB_COMPARE(__heq, ==)
SYSLAB_COMPARE(__hlt, <)
SYSLAB_COMPARE(__hle, <=)
SYSLAB_COMPARE(__hgt, >)
SYSLAB_COMPARE(__hge, >=)
#undef SYSLAB_COMPARE
SYSLAB_DEVICE bool __hne(__half a, __half b) {
  return (float)a < (float)b || (float)a > (float)b;
}
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
SYSLAB_FUNCTION(hlog, h2log, logf)
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
SYSLAB_DEVICE bool operator==(__half a, __half b) { return __heq(a, b); }
SYSLAB_DEVICE bool operator!=(__half a, __half b) { return !__heq(a, b); }
SYSLAB_DEVICE bool operator<(__half a, __half b) { return __hlt(a, b); }
SYSLAB_DEVICE bool operator<=(__half a, __half b) { return __hle(a, b); }
SYSLAB_DEVICE bool operator>(__half a, __half b) { return __hgt(a, b); }
SYSLAB_DEVICE bool operator>=(__half a, __half b) { return __hge(a, b); }

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
