// 64-bit integers, and products that are wider than their factors.
#define RESULT(k, value) out[(k) * n + i] = (long long)(value)

extern "C" __global__ void long_arithmetic(const long long* a, const long long* b, long long* out, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    long long x = a[i], y = b[i];
    unsigned long long u = (unsigned long long)x, v = (unsigned long long)y;
    RESULT(0, u + v);
    RESULT(1, u - v);
    RESULT(2, u * v);
    RESULT(3, y != 0 && y != -1 ? x / y : 0);
    RESULT(4, y != 0 && y != -1 ? x % y : 0);
    RESULT(5, v ? u / v : 0);
    RESULT(6, v ? u % v : 0);
    RESULT(7, x < y ? x : y);
    RESULT(8, u > v ? u : v);
    RESULT(9, u << (v & 63));
    RESULT(10, x >> (v & 63));
    RESULT(11, u >> (v & 63));
    RESULT(12, __mul64hi(x, y));
    RESULT(13, __umul64hi(u, v));
    RESULT(14, (long long)(int)x * (int)y);
    RESULT(15, (unsigned long long)(unsigned)u * (unsigned)v);
    RESULT(16, (long long)(int)x * (int)y + (int)(x >> 40));
    RESULT(17, (int)(short)x * (short)y);
    RESULT(18, (unsigned)(unsigned short)u * (unsigned short)v);
    RESULT(19, x < y);
    RESULT(20, u < v);
    RESULT(21, 0 - u);
    RESULT(22, x < 0 ? 0 - u : u);
    RESULT(23, (u & v) ^ (u | ~v));
    RESULT(24, u * v + u);
    RESULT(25, x == y);
}
