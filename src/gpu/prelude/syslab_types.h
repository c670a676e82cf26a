// Integer types, limits, and the vector types of CUDA C++.
#ifndef SYSLAB_TYPES_H
#define SYSLAB_TYPES_H

typedef __SIZE_TYPE__ size_t;
typedef __PTRDIFF_TYPE__ ptrdiff_t;
typedef __INT8_TYPE__ int8_t;
typedef __INT16_TYPE__ int16_t;
typedef __INT32_TYPE__ int32_t;
typedef __INT64_TYPE__ int64_t;
typedef __UINT8_TYPE__ uint8_t;
typedef __UINT16_TYPE__ uint16_t;
typedef __UINT32_TYPE__ uint32_t;
typedef __UINT64_TYPE__ uint64_t;
typedef __INTPTR_TYPE__ intptr_t;
typedef __UINTPTR_TYPE__ uintptr_t;
typedef __INTMAX_TYPE__ intmax_t;
typedef __UINTMAX_TYPE__ uintmax_t;
typedef __INT_LEAST8_TYPE__ int_least8_t;
typedef __INT_LEAST16_TYPE__ int_least16_t;
typedef __INT_LEAST32_TYPE__ int_least32_t;
typedef __INT_LEAST64_TYPE__ int_least64_t;
typedef __UINT_LEAST8_TYPE__ uint_least8_t;
typedef __UINT_LEAST16_TYPE__ uint_least16_t;
typedef __UINT_LEAST32_TYPE__ uint_least32_t;
typedef __UINT_LEAST64_TYPE__ uint_least64_t;
typedef __INT_FAST8_TYPE__ int_fast8_t;
typedef __INT_FAST16_TYPE__ int_fast16_t;
typedef __INT_FAST32_TYPE__ int_fast32_t;
typedef __INT_FAST64_TYPE__ int_fast64_t;
typedef __UINT_FAST8_TYPE__ uint_fast8_t;
typedef __UINT_FAST16_TYPE__ uint_fast16_t;
typedef __UINT_FAST32_TYPE__ uint_fast32_t;
typedef __UINT_FAST64_TYPE__ uint_fast64_t;
typedef unsigned char uchar;
typedef unsigned short ushort;
typedef unsigned int uint;
typedef unsigned long ulong;

#ifndef NULL
#define NULL __null
#endif

// The host's own headers say the same; theirs go first where both are there.
#ifdef __CUDA_ARCH__
#define CHAR_BIT 8
#define SCHAR_MIN (-128)
#define SCHAR_MAX 127
#define UCHAR_MAX 255
#define CHAR_MIN SCHAR_MIN
#define CHAR_MAX SCHAR_MAX
#define SHRT_MIN (-32768)
#define SHRT_MAX 32767
#define USHRT_MAX 65535
#define INT_MIN (-2147483647 - 1)
#define INT_MAX 2147483647
#define UINT_MAX 4294967295U
#define LONG_MIN (-__LONG_MAX__ - 1L)
#define LONG_MAX __LONG_MAX__
#define ULONG_MAX (__LONG_MAX__ * 2UL + 1UL)
#define LLONG_MIN (-__LONG_LONG_MAX__ - 1LL)
#define LLONG_MAX __LONG_LONG_MAX__
#define ULLONG_MAX (__LONG_LONG_MAX__ * 2ULL + 1ULL)
#define INT8_MIN (-128)
#define INT8_MAX 127
#define UINT8_MAX 255
#define INT16_MIN (-32768)
#define INT16_MAX 32767
#define UINT16_MAX 65535
#define INT32_MIN INT_MIN
#define INT32_MAX INT_MAX
#define UINT32_MAX UINT_MAX
#define INT64_MIN LONG_MIN
#define INT64_MAX LONG_MAX
#define UINT64_MAX ULONG_MAX
#define SIZE_MAX ULONG_MAX
#define FLT_EPSILON __FLT_EPSILON__
#define FLT_MIN __FLT_MIN__
#define FLT_MAX __FLT_MAX__
#define FLT_DIG __FLT_DIG__
#define FLT_MANT_DIG __FLT_MANT_DIG__
#define DBL_EPSILON __DBL_EPSILON__
#define DBL_MIN __DBL_MIN__
#define DBL_MAX __DBL_MAX__
#define DBL_DIG __DBL_DIG__
#define DBL_MANT_DIG __DBL_MANT_DIG__
#define INFINITY __builtin_inff()
#define NAN __builtin_nanf("")
#define HUGE_VALF __builtin_inff()
#define HUGE_VAL __builtin_inf()
#define M_PI 3.14159265358979323846
#define M_PI_2 1.57079632679489661923
#define M_PI_4 0.78539816339744830962
#define M_1_PI 0.31830988618379067154
#define M_2_PI 0.63661977236758134308
#define M_E 2.7182818284590452354
#define M_LN2 0.69314718055994530942
#define M_LN10 2.30258509299404568402
#define M_LOG2E 1.4426950408889634074
#define M_LOG10E 0.43429448190325182765
#define M_SQRT2 1.41421356237309504880
#define M_SQRT1_2 0.70710678118654752440
#endif

struct __attribute__((aligned(1))) char1 { signed char x; };
SYSLAB_BOTH char1 make_char1(signed char x) {
  return char1{x};
}
struct __attribute__((aligned(2))) char2 { signed char x; signed char y; };
SYSLAB_BOTH char2 make_char2(signed char x, signed char y) {
  return char2{x, y};
}
struct __attribute__((aligned(1))) char3 { signed char x; signed char y; signed char z; };
SYSLAB_BOTH char3 make_char3(signed char x, signed char y, signed char z) {
  return char3{x, y, z};
}
struct __attribute__((aligned(4))) char4 { signed char x; signed char y; signed char z; signed char w; };
SYSLAB_BOTH char4 make_char4(signed char x, signed char y, signed char z, signed char w) {
  return char4{x, y, z, w};
}
struct __attribute__((aligned(1))) uchar1 { unsigned char x; };
SYSLAB_BOTH uchar1 make_uchar1(unsigned char x) {
  return uchar1{x};
}
struct __attribute__((aligned(2))) uchar2 { unsigned char x; unsigned char y; };
SYSLAB_BOTH uchar2 make_uchar2(unsigned char x, unsigned char y) {
  return uchar2{x, y};
}
struct __attribute__((aligned(1))) uchar3 { unsigned char x; unsigned char y; unsigned char z; };
SYSLAB_BOTH uchar3 make_uchar3(unsigned char x, unsigned char y, unsigned char z) {
  return uchar3{x, y, z};
}
struct __attribute__((aligned(4))) uchar4 { unsigned char x; unsigned char y; unsigned char z; unsigned char w; };
SYSLAB_BOTH uchar4 make_uchar4(unsigned char x, unsigned char y, unsigned char z, unsigned char w) {
  return uchar4{x, y, z, w};
}
struct __attribute__((aligned(2))) short1 { short x; };
SYSLAB_BOTH short1 make_short1(short x) {
  return short1{x};
}
struct __attribute__((aligned(4))) short2 { short x; short y; };
SYSLAB_BOTH short2 make_short2(short x, short y) {
  return short2{x, y};
}
struct __attribute__((aligned(2))) short3 { short x; short y; short z; };
SYSLAB_BOTH short3 make_short3(short x, short y, short z) {
  return short3{x, y, z};
}
struct __attribute__((aligned(8))) short4 { short x; short y; short z; short w; };
SYSLAB_BOTH short4 make_short4(short x, short y, short z, short w) {
  return short4{x, y, z, w};
}
struct __attribute__((aligned(2))) ushort1 { unsigned short x; };
SYSLAB_BOTH ushort1 make_ushort1(unsigned short x) {
  return ushort1{x};
}
struct __attribute__((aligned(4))) ushort2 { unsigned short x; unsigned short y; };
SYSLAB_BOTH ushort2 make_ushort2(unsigned short x, unsigned short y) {
  return ushort2{x, y};
}
struct __attribute__((aligned(2))) ushort3 { unsigned short x; unsigned short y; unsigned short z; };
SYSLAB_BOTH ushort3 make_ushort3(unsigned short x, unsigned short y, unsigned short z) {
  return ushort3{x, y, z};
}
struct __attribute__((aligned(8))) ushort4 { unsigned short x; unsigned short y; unsigned short z; unsigned short w; };
SYSLAB_BOTH ushort4 make_ushort4(unsigned short x, unsigned short y, unsigned short z, unsigned short w) {
  return ushort4{x, y, z, w};
}
struct __attribute__((aligned(4))) int1 { int x; };
SYSLAB_BOTH int1 make_int1(int x) {
  return int1{x};
}
struct __attribute__((aligned(8))) int2 { int x; int y; };
SYSLAB_BOTH int2 make_int2(int x, int y) {
  return int2{x, y};
}
struct __attribute__((aligned(4))) int3 { int x; int y; int z; };
SYSLAB_BOTH int3 make_int3(int x, int y, int z) {
  return int3{x, y, z};
}
struct __attribute__((aligned(16))) int4 { int x; int y; int z; int w; };
SYSLAB_BOTH int4 make_int4(int x, int y, int z, int w) {
  return int4{x, y, z, w};
}
struct __attribute__((aligned(4))) uint1 { unsigned int x; };
SYSLAB_BOTH uint1 make_uint1(unsigned int x) {
  return uint1{x};
}
struct __attribute__((aligned(8))) uint2 { unsigned int x; unsigned int y; };
SYSLAB_BOTH uint2 make_uint2(unsigned int x, unsigned int y) {
  return uint2{x, y};
}
struct __attribute__((aligned(4))) uint3 { unsigned int x; unsigned int y; unsigned int z; };
SYSLAB_BOTH uint3 make_uint3(unsigned int x, unsigned int y, unsigned int z) {
  return uint3{x, y, z};
}
struct __attribute__((aligned(16))) uint4 { unsigned int x; unsigned int y; unsigned int z; unsigned int w; };
SYSLAB_BOTH uint4 make_uint4(unsigned int x, unsigned int y, unsigned int z, unsigned int w) {
  return uint4{x, y, z, w};
}
struct __attribute__((aligned(8))) long1 { long x; };
SYSLAB_BOTH long1 make_long1(long x) {
  return long1{x};
}
struct __attribute__((aligned(16))) long2 { long x; long y; };
SYSLAB_BOTH long2 make_long2(long x, long y) {
  return long2{x, y};
}
struct __attribute__((aligned(8))) long3 { long x; long y; long z; };
SYSLAB_BOTH long3 make_long3(long x, long y, long z) {
  return long3{x, y, z};
}
struct __attribute__((aligned(16))) long4 { long x; long y; long z; long w; };
SYSLAB_BOTH long4 make_long4(long x, long y, long z, long w) {
  return long4{x, y, z, w};
}
struct __attribute__((aligned(8))) ulong1 { unsigned long x; };
SYSLAB_BOTH ulong1 make_ulong1(unsigned long x) {
  return ulong1{x};
}
struct __attribute__((aligned(16))) ulong2 { unsigned long x; unsigned long y; };
SYSLAB_BOTH ulong2 make_ulong2(unsigned long x, unsigned long y) {
  return ulong2{x, y};
}
struct __attribute__((aligned(8))) ulong3 { unsigned long x; unsigned long y; unsigned long z; };
SYSLAB_BOTH ulong3 make_ulong3(unsigned long x, unsigned long y, unsigned long z) {
  return ulong3{x, y, z};
}
struct __attribute__((aligned(16))) ulong4 { unsigned long x; unsigned long y; unsigned long z; unsigned long w; };
SYSLAB_BOTH ulong4 make_ulong4(unsigned long x, unsigned long y, unsigned long z, unsigned long w) {
  return ulong4{x, y, z, w};
}
struct __attribute__((aligned(8))) longlong1 { long long x; };
SYSLAB_BOTH longlong1 make_longlong1(long long x) {
  return longlong1{x};
}
struct __attribute__((aligned(16))) longlong2 { long long x; long long y; };
SYSLAB_BOTH longlong2 make_longlong2(long long x, long long y) {
  return longlong2{x, y};
}
struct __attribute__((aligned(8))) longlong3 { long long x; long long y; long long z; };
SYSLAB_BOTH longlong3 make_longlong3(long long x, long long y, long long z) {
  return longlong3{x, y, z};
}
struct __attribute__((aligned(16))) longlong4 { long long x; long long y; long long z; long long w; };
SYSLAB_BOTH longlong4 make_longlong4(long long x, long long y, long long z, long long w) {
  return longlong4{x, y, z, w};
}
struct __attribute__((aligned(8))) ulonglong1 { unsigned long long x; };
SYSLAB_BOTH ulonglong1 make_ulonglong1(unsigned long long x) {
  return ulonglong1{x};
}
struct __attribute__((aligned(16))) ulonglong2 { unsigned long long x; unsigned long long y; };
SYSLAB_BOTH ulonglong2 make_ulonglong2(unsigned long long x, unsigned long long y) {
  return ulonglong2{x, y};
}
struct __attribute__((aligned(8))) ulonglong3 { unsigned long long x; unsigned long long y; unsigned long long z; };
SYSLAB_BOTH ulonglong3 make_ulonglong3(unsigned long long x, unsigned long long y, unsigned long long z) {
  return ulonglong3{x, y, z};
}
struct __attribute__((aligned(16))) ulonglong4 { unsigned long long x; unsigned long long y; unsigned long long z; unsigned long long w; };
SYSLAB_BOTH ulonglong4 make_ulonglong4(unsigned long long x, unsigned long long y, unsigned long long z, unsigned long long w) {
  return ulonglong4{x, y, z, w};
}
struct __attribute__((aligned(4))) float1 { float x; };
SYSLAB_BOTH float1 make_float1(float x) {
  return float1{x};
}
struct __attribute__((aligned(8))) float2 { float x; float y; };
SYSLAB_BOTH float2 make_float2(float x, float y) {
  return float2{x, y};
}
struct __attribute__((aligned(4))) float3 { float x; float y; float z; };
SYSLAB_BOTH float3 make_float3(float x, float y, float z) {
  return float3{x, y, z};
}
struct __attribute__((aligned(16))) float4 { float x; float y; float z; float w; };
SYSLAB_BOTH float4 make_float4(float x, float y, float z, float w) {
  return float4{x, y, z, w};
}
struct __attribute__((aligned(8))) double1 { double x; };
SYSLAB_BOTH double1 make_double1(double x) {
  return double1{x};
}
struct __attribute__((aligned(16))) double2 { double x; double y; };
SYSLAB_BOTH double2 make_double2(double x, double y) {
  return double2{x, y};
}
struct __attribute__((aligned(8))) double3 { double x; double y; double z; };
SYSLAB_BOTH double3 make_double3(double x, double y, double z) {
  return double3{x, y, z};
}
struct __attribute__((aligned(16))) double4 { double x; double y; double z; double w; };
SYSLAB_BOTH double4 make_double4(double x, double y, double z, double w) {
  return double4{x, y, z, w};
}

#define SYSLAB_CONSTRUCTOR \
  __attribute__((device, host, always_inline, nodebug)) constexpr

struct dim3 {
  unsigned int x, y, z;
  SYSLAB_CONSTRUCTOR dim3(unsigned int x = 1, unsigned int y = 1, unsigned int z = 1)
      : x(x), y(y), z(z) {}
  SYSLAB_CONSTRUCTOR dim3(uint3 v) : x(v.x), y(v.y), z(v.z) {}
  SYSLAB_CONSTRUCTOR operator uint3() const { return uint3{x, y, z}; }
};

#endif
