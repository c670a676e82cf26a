// IEEE single precision: what is rounded correctly, signs, comparisons with NaN.
#define RESULT(k, value) out[(k) * n + i] = (value)

extern "C" __global__ void float_arithmetic(const float* a, const float* b, float* out, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    float x = a[i], y = b[i];
    RESULT(0, x + y);
    RESULT(1, x - y);
    RESULT(2, x * y);
    RESULT(3, x / y);
    RESULT(4, fmaf(x, y, x));
    RESULT(5, sqrtf(x));
    RESULT(6, fminf(x, y));
    RESULT(7, fmaxf(x, y));
    RESULT(8, fabsf(x));
    RESULT(9, -x);
    RESULT(10, copysignf(x, y));
    RESULT(11, x < y);
    RESULT(12, x <= y);
    RESULT(13, x != y);
    RESULT(14, x == y);
    RESULT(15, !(x >= y));
    RESULT(16, x > y ? 1.0f : 2.0f);
    RESULT(17, isnan(x) ? 1.0f : 0.0f);
    RESULT(18, isinf(x) ? 1.0f : 0.0f);
    RESULT(19, 1.0f / y);
    RESULT(20, x - 0.1f);
    RESULT(21, __fadd_rn(__fmul_rn(x, y), y));
    RESULT(22, isfinite(x) && isfinite(y) ? 1.0f : 0.0f);
    RESULT(23, isnan(x) ? 2.0f : signbit(x) ? 1.0f : 0.0f);
}
