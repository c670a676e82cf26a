// Lengths of vectors, powers of two by a long, and remainders with their quotients.
#define RESULT(k, value) out[(k) * n + i] = (value)

extern "C" __global__ void norms(const float* a, float* out, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    int count = 1 + i % 4;
    if (i + count > n) count = n - i;
    double wide[4];
    for (int k = 0; k < count && k < 4; ++k) wide[k] = a[i + k];
    RESULT(0, normf(count, a + i));
    RESULT(1, rnormf(count, a + i));
    RESULT(2, (float)norm(count, wide));
    RESULT(3, (float)rnorm(count, wide));
}

extern "C" __global__ void quotients(const double* a, const double* b, double* out, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    double x = a[i], y = b[i];
    int quotient;
    RESULT(0, remquo(x, y, &quotient));
    // No more is promised of it, and nothing where there is no remainder.
    RESULT(1, isnan(x) || isinf(x) || isnan(y) || y == 0 ? 0 : quotient % 8);
    RESULT(2, remquof((float)x, (float)y, &quotient));
    RESULT(3, isnan(x) || isinf(x) || isnan(y) || y == 0 ? 0 : quotient % 8);
    RESULT(4, scalbln(x, (long)y));
    RESULT(5, scalblnf((float)x, (long)y));
    RESULT(6, scalbln(x, 5000000000l));
}
