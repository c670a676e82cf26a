// Instructions on floats which compilers seldom make: rounding of fma and double, tests, selections, narrow formats.
#define RESULT(k, value) out[(k) * n + i] = (value)
#define TERNARY(k, op) { float r; asm(op " %0, %1, %2, %3;" : "=f"(r) : "f"(x), "f"(y), "f"(x)); RESULT(k, r); }
#define BINARY(k, op) { float r; asm(op " %0, %1, %2;" : "=f"(r) : "f"(x), "f"(y)); RESULT(k, r); }
#define TEST(k, property) { float r; asm("{ .reg .pred p; testp." property ".f32 p, %1; selp.f32 %0, 0f3F800000, 0f00000000, p; }" : "=f"(r) : "f"(x)); RESULT(k, r); }
#define COMPARE(k, relation) { float r; asm("{ .reg .pred p; setp." relation ".f32 p, %1, %2; selp.f32 %0, 0f3F800000, 0f00000000, p; }" : "=f"(r) : "f"(x), "f"(y)); RESULT(k, r); }

extern "C" __global__ void ptx_floats(const float* a, const float* b, float* out, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    float x = a[i], y = b[i];
    TEST(0, "finite");
    TEST(1, "infinite");
    TEST(2, "number");
    TEST(3, "notanumber");
    TEST(4, "normal");
    TEST(5, "subnormal");
    COMPARE(6, "equ");
    COMPARE(7, "neu");
    COMPARE(8, "ltu");
    COMPARE(9, "leu");
    COMPARE(10, "gtu");
    COMPARE(11, "geu");
    COMPARE(12, "num");
    COMPARE(13, "nan");
    BINARY(14, "copysign.f32");
    { float r; asm("slct.f32.f32 %0, %1, %2, %1;" : "=f"(r) : "f"(x), "f"(y)); RESULT(15, r); }
    { float r; asm("set.lt.f32.f32 %0, %1, %2;" : "=f"(r) : "f"(x), "f"(y)); RESULT(16, r); }
    BINARY(17, "min.NaN.f32");
    BINARY(18, "max.NaN.f32");
    TERNARY(19, "fma.rn.f32");
    { float r; asm("cvt.rpi.f32.f32 %0, %1;" : "=f"(r) : "f"(x)); RESULT(20, r); }
    { float r; asm("cvt.sat.f32.f32 %0, %1;" : "=f"(r) : "f"(x + 0.0f)); RESULT(21, r); }
    { double r; asm("copysign.f64 %0, %1, %2;" : "=d"(r) : "d"((double)x), "d"((double)y)); RESULT(22, (float)r); }
    { float r; asm("{ .reg .pred p, q; setp.lt.f32 p|q, %1, %2; selp.f32 %0, 0f3F800000, 0f40000000, q; }" : "=f"(r) : "f"(x), "f"(y)); RESULT(23, r); }
}

#define WIDE(k, op) { double r; asm(op " %0, %1, %2;" : "=d"(r) : "d"(x), "d"(y)); RESULT(k, r); }
#define FUSED(k, op) { double r; asm(op " %0, %1, %2, %3;" : "=d"(r) : "d"(x), "d"(y), "d"(z)); RESULT(k, r); }
#define FUSED32(k, op) { float r; asm(op " %0, %1, %2, %3;" : "=f"(r) : "f"((float)x), "f"((float)y), "f"((float)z)); RESULT(k, r); }

// Whole numbers, the last scaled down, so that the exact results are known.
extern "C" __global__ void ptx_doubles(const double* a, const double* b, double* out, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    double x = a[i], y = b[i], z = 1.0 / 1267650600228229401496703205376.0;  // 2^-100
    WIDE(0, "add.rz.f64");
    WIDE(1, "add.rm.f64");
    WIDE(2, "add.rp.f64");
    WIDE(3, "mul.rz.f64");
    WIDE(4, "mul.rp.f64");
    WIDE(5, "div.rm.f64");
    WIDE(6, "div.rp.f64");
    FUSED(7, "fma.rz.f64");
    FUSED(8, "fma.rm.f64");
    FUSED(9, "fma.rp.f64");
    FUSED32(10, "fma.rz.f32");
    FUSED32(11, "fma.rm.f32");
    FUSED32(12, "fma.rp.f32");
    { double r; asm("sqrt.rp.f64 %0, %1;" : "=d"(r) : "d"(x)); RESULT(13, r); }
    { double r; asm("rcp.rm.f64 %0, %1;" : "=d"(r) : "d"(x)); RESULT(14, r); }
    { double r; asm("sub.rm.f64 %0, %1, %2;" : "=d"(r) : "d"(x), "d"(z)); RESULT(15, r); }
}

#define H(k, text) { unsigned short r; asm(text : "=h"(r) : "h"(x), "h"(y)); out[(k) * n + i] = r; }
#define H2(k, text) { unsigned r; asm(text : "=r"(r) : "r"(p), "r"(q)); out[(k) * n + i] = r; }

extern "C" __global__ void ptx_halves(const unsigned short* a, const unsigned short* b, unsigned* out, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    unsigned short x = a[i], y = b[i];
    unsigned p = x | (unsigned)y << 16, q = y | (unsigned)x << 16;
    H(0, "add.f16 %0, %1, %2;");
    H(1, "mul.f16 %0, %1, %2;");
    H(2, "min.f16 %0, %1, %2;");
    H(3, "max.f16 %0, %1, %2;");
    H(4, "fma.rn.f16 %0, %1, %2, %2;");
    H(5, "abs.f16 %0, %1;");
    H(6, "neg.f16 %0, %1;");
    H(7, "add.sat.f16 %0, %1, %2;");
    H(8, "{ .reg .pred p; setp.lt.f16 p, %1, %2; selp.b16 %0, 1, 0, p; }");
    H2(9, "sub.f16x2 %0, %1, %2;");
    H2(10, "mul.f16x2 %0, %1, %2;");
    H2(11, "fma.rn.f16x2 %0, %1, %2, %1;");
    H(12, "{ .reg .f32 f; cvt.f32.f16 f, %1; cvt.rz.f16.f32 %0, f; }");
    H(13, "{ .reg .f32 f; cvt.f32.f16 f, %1; mul.f32 f, f, 0f3F99999A; cvt.rz.f16.f32 %0, f; }");
    H(14, "{ .reg .s32 s; cvt.rni.s32.f16 s, %1; cvt.rn.f16.s32 %0, s; }");
    H(15, "{ .reg .f64 d; cvt.f64.f16 d, %1; mul.f64 d, d, 0d3FF3333333333333; cvt.rn.f16.f64 %0, d; }");
    H2(16, "{ .reg .f32 f, g; mov.b32 f, 0f40490FDB; mov.b32 g, 0fBF800000; cvt.rn.f16x2.f32 %0, f, g; }");
    H(17, "{ .reg .f32 f; mov.f32 f, 0f40490FDB; cvt.rn.bf16.f32 %0, f; }");
}
