// Mathematical functions, from libdevice where they are more than an instruction.
#ifndef SYSLAB_MATH_H
#define SYSLAB_MATH_H

// An integer counts as a double, as in <cmath>: functions of two numbers of which one is none of float
// and double, or of one of each.
template <bool is, typename T>
struct syslab_if {};
template <typename T>
struct syslab_if<true, T> {
  typedef T type;
};
template <typename T>
struct syslab_number {
  enum { is_integer = 0, is_real = 0 };
};
#define SYSLAB_INTEGER(T)                  \
  template <>                              \
  struct syslab_number<T> {                \
    enum { is_integer = 1, is_real = 0 };  \
  };
SYSLAB_INTEGER(bool)
SYSLAB_INTEGER(char)
SYSLAB_INTEGER(signed char)
SYSLAB_INTEGER(unsigned char)
SYSLAB_INTEGER(short)
SYSLAB_INTEGER(unsigned short)
SYSLAB_INTEGER(int)
SYSLAB_INTEGER(unsigned)
SYSLAB_INTEGER(long)
SYSLAB_INTEGER(unsigned long)
SYSLAB_INTEGER(long long)
SYSLAB_INTEGER(unsigned long long)
#undef SYSLAB_INTEGER
template <>
struct syslab_number<float> {
  enum { is_integer = 0, is_real = 1 };
};
template <>
struct syslab_number<double> {
  enum { is_integer = 0, is_real = 2 };
};
template <typename A, typename B>
struct syslab_mixed {
  enum {
    a = syslab_number<A>::is_integer ? 4 : syslab_number<A>::is_real,
    b = syslab_number<B>::is_integer ? 4 : syslab_number<B>::is_real,
    is = a != 0 && b != 0 && (a != b || a == 4)
  };
};
#define SYSLAB_OF_INTEGER(name, result, of)                                 \
  template <typename T>                                                     \
  SYSLAB_DEVICE typename syslab_if<syslab_number<T>::is_integer, result>::type \
  name(T x) {                                                               \
    return of((double)x);                                                   \
  }
#define SYSLAB_MIXED_DOUBLE(name, of)                                       \
  template <typename A, typename B>                                         \
  SYSLAB_DEVICE typename syslab_if<syslab_mixed<A, B>::is, double>::type    \
  name(A x, B y) {                                                          \
    return of((double)x, (double)y);                                        \
  }

#define SYSLAB_ONE(name)                                             \
  extern "C" __device__ float __nv_##name##f(float);                 \
  extern "C" __device__ double __nv_##name(double);                  \
  SYSLAB_DEVICE float name##f(float x) { return __nv_##name##f(x); } \
  SYSLAB_DEVICE float name(float x) { return __nv_##name##f(x); }    \
  SYSLAB_DEVICE double name(double x) { return __nv_##name(x); }     \
  SYSLAB_OF_INTEGER(name, double, __nv_##name)
SYSLAB_ONE(sin)
SYSLAB_ONE(cos)
SYSLAB_ONE(tan)
SYSLAB_ONE(sinpi)
SYSLAB_ONE(cospi)
SYSLAB_ONE(asin)
SYSLAB_ONE(acos)
SYSLAB_ONE(atan)
SYSLAB_ONE(sinh)
SYSLAB_ONE(cosh)
SYSLAB_ONE(tanh)
SYSLAB_ONE(asinh)
SYSLAB_ONE(acosh)
SYSLAB_ONE(atanh)
SYSLAB_ONE(exp)
SYSLAB_ONE(exp2)
SYSLAB_ONE(exp10)
SYSLAB_ONE(expm1)
SYSLAB_ONE(log)
SYSLAB_ONE(log2)
SYSLAB_ONE(log10)
SYSLAB_ONE(log1p)
SYSLAB_ONE(cbrt)
SYSLAB_ONE(rcbrt)
SYSLAB_ONE(erf)
SYSLAB_ONE(erfc)
SYSLAB_ONE(normcdf)
SYSLAB_ONE(tgamma)
SYSLAB_ONE(lgamma)
SYSLAB_ONE(logb)
SYSLAB_ONE(erfinv)
SYSLAB_ONE(erfcinv)
SYSLAB_ONE(erfcx)
SYSLAB_ONE(normcdfinv)
SYSLAB_ONE(j0)
SYSLAB_ONE(j1)
SYSLAB_ONE(y0)
SYSLAB_ONE(y1)
#undef SYSLAB_ONE

#define SYSLAB_TWO(name)                                                     \
  extern "C" __device__ float __nv_##name##f(float, float);                  \
  extern "C" __device__ double __nv_##name(double, double);                  \
  SYSLAB_DEVICE float name##f(float x, float y) {                            \
    return __nv_##name##f(x, y);                                             \
  }                                                                          \
  SYSLAB_DEVICE float name(float x, float y) { return __nv_##name##f(x, y); } \
  SYSLAB_DEVICE double name(double x, double y) { return __nv_##name(x, y); } \
  SYSLAB_MIXED_DOUBLE(name, __nv_##name)
SYSLAB_TWO(pow)
SYSLAB_TWO(atan2)
SYSLAB_TWO(fmod)
SYSLAB_TWO(remainder)
SYSLAB_TWO(hypot)
SYSLAB_TWO(rhypot)
SYSLAB_TWO(fdim)
SYSLAB_TWO(nextafter)
#undef SYSLAB_TWO
SYSLAB_DEVICE float pow(float x, int y) { return __nv_powf(x, (float)y); }

// These are instructions.
#define SYSLAB_INSTRUCTION(name, builtin)                            \
  SYSLAB_DEVICE float name##f(float x) { return builtin##f(x); }     \
  SYSLAB_DEVICE float name(float x) { return builtin##f(x); }        \
  SYSLAB_DEVICE double name(double x) { return builtin(x); }         \
  SYSLAB_OF_INTEGER(name, double, builtin)
SYSLAB_INSTRUCTION(floor, __builtin_floor)
SYSLAB_INSTRUCTION(ceil, __builtin_ceil)
SYSLAB_INSTRUCTION(trunc, __builtin_trunc)
SYSLAB_INSTRUCTION(rint, __builtin_rint)
SYSLAB_INSTRUCTION(nearbyint, __builtin_nearbyint)
SYSLAB_INSTRUCTION(fabs, __builtin_fabs)
#undef SYSLAB_INSTRUCTION

extern "C" __device__ float __nv_roundf(float);
extern "C" __device__ double __nv_round(double);
SYSLAB_DEVICE float roundf(float x) { return __nv_roundf(x); }
SYSLAB_DEVICE float round(float x) { return __nv_roundf(x); }
SYSLAB_DEVICE double round(double x) { return __nv_round(x); }
SYSLAB_OF_INTEGER(round, double, __nv_round)
SYSLAB_DEVICE float nanf(const char *) { return __builtin_nanf(""); }
SYSLAB_DEVICE double nan(const char *) { return __builtin_nan(""); }

#define SYSLAB_ASM(name, op, type, reg)               \
  SYSLAB_DEVICE type name(type x) {                   \
    type r;                                           \
    asm(op " %0, %1;" : "=" reg(r) : reg(x));         \
    return r;                                         \
  }
#define SYSLAB_ASM2(name, op, type, reg)                              \
  SYSLAB_DEVICE type name(type x, type y) {                           \
    type r;                                                           \
    asm(op " %0, %1, %2;" : "=" reg(r) : reg(x), reg(y));             \
    return r;                                                         \
  }
#define SYSLAB_ASM3(name, op, type, reg)                              \
  SYSLAB_DEVICE type name(type x, type y, type z) {                   \
    type r;                                                           \
    asm(op " %0, %1, %2, %3;" : "=" reg(r) : reg(x), reg(y), reg(z)); \
    return r;                                                         \
  }
#define SYSLAB_ROUNDED(macro, name, op)                          \
  macro(__f##name##_rn, op ".rn.f32", float, "f")                     \
  macro(__f##name##_rz, op ".rz.f32", float, "f")                     \
  macro(__f##name##_rd, op ".rm.f32", float, "f")                     \
  macro(__f##name##_ru, op ".rp.f32", float, "f")                     \
  macro(__d##name##_rn, op ".rn.f64", double, "d")                    \
  macro(__d##name##_rz, op ".rz.f64", double, "d")                    \
  macro(__d##name##_rd, op ".rm.f64", double, "d")                    \
  macro(__d##name##_ru, op ".rp.f64", double, "d")
SYSLAB_ROUNDED(SYSLAB_ASM2, add, "add")
SYSLAB_ROUNDED(SYSLAB_ASM2, sub, "sub")
SYSLAB_ROUNDED(SYSLAB_ASM2, mul, "mul")
SYSLAB_ROUNDED(SYSLAB_ASM2, div, "div")
SYSLAB_ROUNDED(SYSLAB_ASM, sqrt, "sqrt")
SYSLAB_ROUNDED(SYSLAB_ASM, rcp, "rcp")
SYSLAB_ASM3(__fmaf_rn, "fma.rn.f32", float, "f")
SYSLAB_ASM3(__fmaf_rz, "fma.rz.f32", float, "f")
SYSLAB_ASM3(__fmaf_rd, "fma.rm.f32", float, "f")
SYSLAB_ASM3(__fmaf_ru, "fma.rp.f32", float, "f")
SYSLAB_ASM3(__fma_rn, "fma.rn.f64", double, "d")
SYSLAB_ASM(__frsqrt_rn, "rsqrt.approx.f32", float, "f")
SYSLAB_ASM(__saturatef, "cvt.sat.f32.f32", float, "f")
SYSLAB_ASM(rsqrtf, "rsqrt.approx.f32", float, "f")
SYSLAB_ASM(rsqrt, "rsqrt.approx.f32", float, "f")
SYSLAB_ASM(rsqrt, "rsqrt.approx.f64", double, "d")
SYSLAB_ASM(__sinf, "sin.approx.f32", float, "f")
SYSLAB_ASM(__cosf, "cos.approx.f32", float, "f")
SYSLAB_ASM(__log2f, "lg2.approx.f32", float, "f")
SYSLAB_ASM(__exp2f, "ex2.approx.f32", float, "f")
SYSLAB_ASM2(__fdividef, "div.approx.f32", float, "f")
#undef SYSLAB_ROUNDED
#undef SYSLAB_ASM3
#undef SYSLAB_ASM2
#undef SYSLAB_ASM

SYSLAB_DEVICE float sqrtf(float x) { return __fsqrt_rn(x); }
SYSLAB_DEVICE float sqrt(float x) { return __fsqrt_rn(x); }
SYSLAB_DEVICE double sqrt(double x) { return __dsqrt_rn(x); }
SYSLAB_OF_INTEGER(sqrt, double, __dsqrt_rn)
SYSLAB_OF_INTEGER(rsqrt, double, rsqrt)
SYSLAB_DEVICE float fmaf(float x, float y, float z) {
  return __fmaf_rn(x, y, z);
}
SYSLAB_DEVICE float fma(float x, float y, float z) {
  return __fmaf_rn(x, y, z);
}
SYSLAB_DEVICE double fma(double x, double y, double z) {
  return __fma_rn(x, y, z);
}
SYSLAB_DEVICE float fdividef(float x, float y) { return x / y; }
SYSLAB_DEVICE float __expf(float x) { return __exp2f(x * 1.4426950408889634f); }
SYSLAB_DEVICE float __exp10f(float x) {
  return __exp2f(x * 3.3219280948873623f);
}
SYSLAB_DEVICE float __logf(float x) {
  return __log2f(x) * 0.6931471805599453f;
}
SYSLAB_DEVICE float __log10f(float x) {
  return __log2f(x) * 0.3010299956639812f;
}
SYSLAB_DEVICE float __powf(float x, float y) { return __exp2f(y * __log2f(x)); }
SYSLAB_DEVICE float __tanf(float x) { return __sinf(x) / __cosf(x); }
SYSLAB_DEVICE void __sincosf(float x, float *s, float *c) {
  *s = __sinf(x);
  *c = __cosf(x);
}
SYSLAB_DEVICE void sincosf(float x, float *s, float *c) {
  *s = sinf(x);
  *c = cosf(x);
}
SYSLAB_DEVICE void sincos(float x, float *s, float *c) { sincosf(x, s, c); }
SYSLAB_DEVICE void sincos(double x, double *s, double *c) {
  *s = sin(x);
  *c = cos(x);
}

SYSLAB_DEVICE float copysignf(float x, float y) {
  return __builtin_copysignf(x, y);
}
SYSLAB_DEVICE float copysign(float x, float y) {
  return __builtin_copysignf(x, y);
}
SYSLAB_DEVICE double copysign(double x, double y) {
  return __builtin_copysign(x, y);
}

#define SYSLAB_MIXED(name, from, other, op)                          \
  extern "C" __device__ from __nv_##name(from, other);               \
  SYSLAB_DEVICE from op(from x, other y) { return __nv_##name(x, y); }
SYSLAB_MIXED(ldexpf, float, int, ldexpf)
SYSLAB_MIXED(ldexp, double, int, ldexp)
SYSLAB_MIXED(scalbnf, float, int, scalbnf)
SYSLAB_MIXED(scalbn, double, int, scalbn)
#undef SYSLAB_MIXED
SYSLAB_DEVICE float ldexp(float x, int n) { return __nv_ldexpf(x, n); }
extern "C" __device__ int __nv_ilogbf(float);
extern "C" __device__ int __nv_ilogb(double);
SYSLAB_DEVICE int ilogbf(float x) { return __nv_ilogbf(x); }
SYSLAB_DEVICE int ilogb(double x) { return __nv_ilogb(x); }
SYSLAB_DEVICE int ilogb(float x) { return __nv_ilogbf(x); }
SYSLAB_DEVICE long lrintf(float x) { return (long)__float2ll_rn(x); }
SYSLAB_DEVICE long lrint(double x) { return (long)__double2ll_rn(x); }
SYSLAB_DEVICE long long llrintf(float x) { return __float2ll_rn(x); }
SYSLAB_DEVICE long long llrint(double x) { return __double2ll_rn(x); }
SYSLAB_DEVICE long lroundf(float x) { return (long)roundf(x); }
SYSLAB_DEVICE long lround(double x) { return (long)round(x); }
SYSLAB_DEVICE long long llroundf(float x) { return (long long)roundf(x); }
SYSLAB_DEVICE long long llround(double x) { return (long long)round(x); }
SYSLAB_DEVICE float modff(float x, float *whole) {
  *whole = truncf(x);
  return __builtin_isinf(x) ? copysignf(0.0f, x) : copysignf(x - *whole, x);
}
SYSLAB_DEVICE double modf(double x, double *whole) {
  *whole = trunc(x);
  return __builtin_isinf(x) ? copysign(0.0, x) : copysign(x - *whole, x);
}
SYSLAB_DEVICE float frexpf(float x, int *power) {
  if (x == 0.0f || __builtin_isinf(x) || __builtin_isnan(x)) {
    *power = 0;
    return x;
  }
  *power = ilogbf(x) + 1;
  return ldexpf(x, -*power);
}
SYSLAB_DEVICE double frexp(double x, int *power) {
  if (x == 0.0 || __builtin_isinf(x) || __builtin_isnan(x)) {
    *power = 0;
    return x;
  }
  *power = ilogb(x) + 1;
  return ldexp(x, -*power);
}
SYSLAB_DEVICE void sincospif(float x, float *s, float *c) {
  *s = sinpif(x);
  *c = cospif(x);
}
SYSLAB_DEVICE void sincospi(double x, double *s, double *c) {
  *s = sinpi(x);
  *c = cospi(x);
}
SYSLAB_DEVICE float norm3df(float x, float y, float z) {
  return sqrtf(x * x + y * y + z * z);
}
SYSLAB_DEVICE double norm3d(double x, double y, double z) {
  return sqrt(x * x + y * y + z * z);
}
SYSLAB_DEVICE float rnorm3df(float x, float y, float z) {
  return rsqrtf(x * x + y * y + z * z);
}
SYSLAB_DEVICE float norm4df(float x, float y, float z, float w) {
  return sqrtf(x * x + y * y + z * z + w * w);
}
SYSLAB_DEVICE double norm4d(double x, double y, double z, double w) {
  return sqrt(x * x + y * y + z * z + w * w);
}
SYSLAB_DEVICE float rnorm4df(float x, float y, float z, float w) {
  return rsqrtf(x * x + y * y + z * z + w * w);
}

SYSLAB_DEVICE double norm(int count, const double *x) {
  double sum = 0.0;
  for (int i = 0; i < count; ++i) sum += x[i] * x[i];
  return sqrt(sum);
}
SYSLAB_DEVICE float normf(int count, const float *x) {
  double sum = 0.0;
  for (int i = 0; i < count; ++i) sum += (double)x[i] * x[i];
  return (float)sqrt(sum);
}
SYSLAB_DEVICE double rnorm(int count, const double *x) {
  return 1.0 / norm(count, x);
}
SYSLAB_DEVICE float rnormf(int count, const float *x) {
  return 1.0f / normf(count, x);
}
// A power of two, of whatever size, is none that an int would not do for.
SYSLAB_DEVICE int syslab_power(long n) {
  return n < -9999 ? -9999 : n > 9999 ? 9999 : (int)n;
}
SYSLAB_DEVICE float scalblnf(float x, long n) {
  return scalbnf(x, syslab_power(n));
}
SYSLAB_DEVICE float scalbln(float x, long n) {
  return scalbnf(x, syslab_power(n));
}
SYSLAB_DEVICE double scalbln(double x, long n) {
  return scalbn(x, syslab_power(n));
}
// The quotient's sign and its last three bits. What is taken off first is a multiple of eight.
SYSLAB_DEVICE double remquo(double x, double y, int *quotient) {
  double rest = remainder(x, y), size = __builtin_fabs(y);
  double left = fmod(__builtin_fabs(x), 8.0 * size);
  int last = 0;
  if (rest == rest && !__builtin_isinf(y))
    last = (int)rint((left - remainder(left, size)) / size) & 7;
  *quotient = __builtin_signbit(x) != __builtin_signbit(y) ? -last : last;
  return rest;
}
SYSLAB_DEVICE float remquof(float x, float y, int *quotient) {
  return (float)remquo((double)x, (double)y, quotient);
}
SYSLAB_DEVICE float remquo(float x, float y, int *quotient) {
  return remquof(x, y, quotient);
}

#define SYSLAB_CLASS(name, builtin)                                   \
  SYSLAB_DEVICE bool name(float x) { return builtin(x) != 0; }        \
  SYSLAB_DEVICE bool name(double x) { return builtin(x) != 0; }       \
  SYSLAB_OF_INTEGER(name, bool, builtin)
SYSLAB_CLASS(isnan, __builtin_isnan)
SYSLAB_CLASS(isinf, __builtin_isinf)
SYSLAB_CLASS(isfinite, __builtin_isfinite)
SYSLAB_CLASS(isnormal, __builtin_isnormal)
SYSLAB_CLASS(signbit, __builtin_signbit)
#undef SYSLAB_CLASS

// CUDA C++ has min and max for all of these, without std.
#define SYSLAB_LEAST(type)                                                  \
  SYSLAB_DEVICE type min(type a, type b) { return a < b ? a : b; }          \
  SYSLAB_DEVICE type max(type a, type b) { return a > b ? a : b; }
SYSLAB_LEAST(int)
SYSLAB_LEAST(unsigned)
SYSLAB_LEAST(long)
SYSLAB_LEAST(unsigned long)
SYSLAB_LEAST(long long)
SYSLAB_LEAST(unsigned long long)
#undef SYSLAB_LEAST
#define SYSLAB_MIXED_LEAST(to, a_t, b_t)                                    \
  SYSLAB_DEVICE to min(a_t a, b_t b) { return min((to)a, (to)b); }          \
  SYSLAB_DEVICE to max(a_t a, b_t b) { return max((to)a, (to)b); }
SYSLAB_DEVICE float fminf(float a, float b) { return __builtin_fminf(a, b); }
SYSLAB_DEVICE float fmaxf(float a, float b) { return __builtin_fmaxf(a, b); }
SYSLAB_DEVICE float fmin(float a, float b) { return __builtin_fminf(a, b); }
SYSLAB_DEVICE float fmax(float a, float b) { return __builtin_fmaxf(a, b); }
SYSLAB_DEVICE double fmin(double a, double b) { return __builtin_fmin(a, b); }
SYSLAB_DEVICE double fmax(double a, double b) { return __builtin_fmax(a, b); }
SYSLAB_MIXED_DOUBLE(fmin, __builtin_fmin)
SYSLAB_MIXED_DOUBLE(fmax, __builtin_fmax)
SYSLAB_DEVICE float min(float a, float b) { return fminf(a, b); }
SYSLAB_DEVICE float max(float a, float b) { return fmaxf(a, b); }
SYSLAB_DEVICE double min(double a, double b) { return fmin(a, b); }
SYSLAB_DEVICE double max(double a, double b) { return fmax(a, b); }
SYSLAB_MIXED_LEAST(unsigned, int, unsigned)
SYSLAB_MIXED_LEAST(unsigned, unsigned, int)
SYSLAB_MIXED_LEAST(double, float, double)
SYSLAB_MIXED_LEAST(double, double, float)
SYSLAB_MIXED_LEAST(unsigned long, unsigned long, long)
SYSLAB_MIXED_LEAST(unsigned long, long, unsigned long)
SYSLAB_MIXED_LEAST(unsigned long long, unsigned long long, long long)
SYSLAB_MIXED_LEAST(unsigned long long, long long, unsigned long long)
#undef SYSLAB_MIXED_LEAST
SYSLAB_DEVICE int abs(int x) { return x < 0 ? -x : x; }
SYSLAB_DEVICE long abs(long x) { return x < 0 ? -x : x; }
SYSLAB_DEVICE long long abs(long long x) { return x < 0 ? -x : x; }
SYSLAB_DEVICE float abs(float x) { return __builtin_fabsf(x); }
SYSLAB_DEVICE double abs(double x) { return __builtin_fabs(x); }
SYSLAB_DEVICE long labs(long x) { return x < 0 ? -x : x; }
SYSLAB_DEVICE long long llabs(long long x) { return x < 0 ? -x : x; }

#endif
