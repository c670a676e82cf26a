// The mathematical functions of single and double precision.
#define RESULT(k, value) out[(k) * n + i] = (value)

extern "C" __global__ void transcendental_float(const float* a, const float* b, float* out, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    float x = a[i], y = b[i];
    RESULT(0, sinf(x));
    RESULT(1, cosf(x));
    RESULT(2, tanf(x));
    RESULT(3, atanf(x));
    RESULT(4, atan2f(x, y));
    RESULT(5, sinhf(x));
    RESULT(6, coshf(x));
    RESULT(7, tanhf(x));
    RESULT(8, expf(x));
    RESULT(9, exp2f(x));
    RESULT(10, expm1f(x));
    RESULT(11, logf(x));
    RESULT(12, log2f(x));
    RESULT(13, log10f(x));
    RESULT(14, log1pf(x));
    RESULT(15, powf(x, y));
    RESULT(16, cbrtf(x));
    RESULT(17, hypotf(x, y));
    RESULT(18, fmodf(x, y));
    RESULT(19, rsqrtf(x));
    RESULT(20, asinf(x));
    RESULT(21, acosf(x));
    RESULT(22, erff(x));
    RESULT(23, exp10f(x));
}

extern "C" __global__ void transcendental_double(const double* a, const double* b, double* out, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    double x = a[i], y = b[i];
    RESULT(0, sin(x));
    RESULT(1, cos(x));
    RESULT(2, tan(x));
    RESULT(3, atan(x));
    RESULT(4, atan2(x, y));
    RESULT(5, sinh(x));
    RESULT(6, cosh(x));
    RESULT(7, tanh(x));
    RESULT(8, exp(x));
    RESULT(9, exp2(x));
    RESULT(10, expm1(x));
    RESULT(11, log(x));
    RESULT(12, log2(x));
    RESULT(13, log10(x));
    RESULT(14, log1p(x));
    RESULT(15, pow(x, y));
    RESULT(16, cbrt(x));
    RESULT(17, hypot(x, y));
    RESULT(18, fmod(x, y));
    RESULT(19, rsqrt(x));
    RESULT(20, asin(x));
    RESULT(21, acos(x));
}
