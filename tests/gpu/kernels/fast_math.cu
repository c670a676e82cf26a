// The approximations of the special function units.
#define RESULT(k, value) out[(k) * n + i] = (value)
#define UNARY(k, op) { float r; asm(op " %0, %1;" : "=f"(r) : "f"(x)); RESULT(k, r); }

extern "C" __global__ void fast_math(const float* a, const float* b, float* out, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    float x = a[i], y = b[i];  // positive
    RESULT(0, __expf(x));
    RESULT(1, __logf(x));
    RESULT(2, __sinf(x));
    RESULT(3, __cosf(x));
    RESULT(4, __powf(x, y));
    RESULT(5, __fdividef(x, y));
    RESULT(6, rsqrtf(x));
    RESULT(7, __log2f(x));
    RESULT(8, __log10f(x));
    RESULT(9, __saturatef(x - 1.0f));
    UNARY(10, "ex2.approx.f32");
    UNARY(11, "lg2.approx.f32");
    UNARY(12, "sin.approx.f32");
    UNARY(13, "cos.approx.f32");
    UNARY(14, "rcp.approx.f32");
    UNARY(15, "sqrt.approx.f32");
    UNARY(16, "rsqrt.approx.f32");
    UNARY(17, "tanh.approx.f32");
    UNARY(18, "ex2.approx.ftz.f32");
    UNARY(19, "rcp.approx.ftz.f32");
    RESULT(20, __frcp_rn(x));
    RESULT(21, __fsqrt_rn(x));
    RESULT(22, __tanf(x * 0.4f));
    {
        double r;
        asm("rcp.approx.ftz.f64 %0, %1;" : "=d"(r) : "d"((double)x));
        RESULT(23, (float)r);
    }
    {
        double r;
        asm("rsqrt.approx.f64 %0, %1;" : "=d"(r) : "d"((double)x));
        RESULT(24, (float)r);
    }
    {
        float r;
        asm("div.full.f32 %0, %1, %2;" : "=f"(r) : "f"(x), "f"(y));
        RESULT(25, r);
    }
    {
        float r;
        asm("div.approx.f32 %0, %1, %2;" : "=f"(r) : "f"(x), "f"(y));
        RESULT(26, r);
    }
}
