// Rounding to whole numbers: down, up, towards zero, to nearest even, to nearest away from zero.
#define RESULT(k, value) out[(k) * n + i] = (value)

extern "C" __global__ void rounding_float(const float* a, float* out, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    float x = a[i];
    RESULT(0, floorf(x));
    RESULT(1, ceilf(x));
    RESULT(2, truncf(x));
    RESULT(3, rintf(x));
    RESULT(4, roundf(x));
    RESULT(5, nearbyintf(x));
}

extern "C" __global__ void rounding_double(const double* a, double* out, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    double x = a[i];
    RESULT(0, floor(x));
    RESULT(1, ceil(x));
    RESULT(2, trunc(x));
    RESULT(3, rint(x));
    RESULT(4, round(x));
}
