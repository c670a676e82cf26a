// Arithmetic, comparisons and bits of int, where nothing overflows.
#define RESULT(k, value) out[(k) * n + i] = (value)

extern "C" __global__ void int_arithmetic(const int* a, const int* b, int* out, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    int x = a[i], y = b[i];
    RESULT(0, x + y);
    RESULT(1, x - y);
    RESULT(2, x * y);
    RESULT(3, y ? x / y : 0);
    RESULT(4, y ? x % y : 0);
    RESULT(5, -x);
    RESULT(6, abs(x));
    RESULT(7, min(x, y));
    RESULT(8, max(x, y));
    RESULT(9, x & y);
    RESULT(10, x | y);
    RESULT(11, x ^ y);
    RESULT(12, ~x);
    RESULT(13, (int)((unsigned)x << (y & 31)));
    RESULT(14, x >> (y & 31));
    RESULT(15, x < y);
    RESULT(16, x > 0 && y > 0);
    RESULT(17, x <= y ? x : -y);
    RESULT(18, __mulhi(x, y));
    RESULT(19, __mul24(x, y));
    RESULT(20, x * y + x);
    RESULT(21, x == y);
    RESULT(22, !x);
    RESULT(23, (x != y) ^ (x >= 0 || y >= 0));
}
