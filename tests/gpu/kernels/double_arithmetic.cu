// IEEE double precision.
#define RESULT(k, value) out[(k) * n + i] = (value)

extern "C" __global__ void double_arithmetic(const double* a, const double* b, double* out, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    double x = a[i], y = b[i];
    RESULT(0, x + y);
    RESULT(1, x - y);
    RESULT(2, x * y);
    RESULT(3, x / y);
    RESULT(4, fma(x, y, x));
    RESULT(5, sqrt(x));
    RESULT(6, fmin(x, y));
    RESULT(7, fmax(x, y));
    RESULT(8, fabs(x));
    RESULT(9, -x);
    RESULT(10, copysign(x, y));
    RESULT(11, x < y);
    RESULT(12, x <= y);
    RESULT(13, x != y);
    RESULT(14, !(x > y));
    RESULT(15, x == y ? 1.0 : -1.0);
    RESULT(16, 1.0 / y);
    RESULT(17, x + 0.1);
}
