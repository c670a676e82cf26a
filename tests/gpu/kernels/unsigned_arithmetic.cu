// Arithmetic modulo 2^32, over the whole range.
#define RESULT(k, value) out[(k) * n + i] = (value)

extern "C" __global__ void unsigned_arithmetic(const unsigned* a, const unsigned* b, unsigned* out, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    unsigned x = a[i], y = b[i];
    RESULT(0, x + y);
    RESULT(1, x - y);
    RESULT(2, x * y);
    RESULT(3, y ? x / y : 0);
    RESULT(4, y ? x % y : 0);
    RESULT(5, -x);
    RESULT(6, min(x, y));
    RESULT(7, max(x, y));
    RESULT(8, x << (y & 31));
    RESULT(9, x >> (y & 31));
    RESULT(10, x < y);
    RESULT(11, x >= y);
    RESULT(12, __umulhi(x, y));
    RESULT(13, x * y + x);
    RESULT(14, __umul24(x, y));
    RESULT(15, x > y ? x - y : y - x);
    RESULT(16, (x + y) < x);
    RESULT(17, (unsigned)(((unsigned long long)x * y) >> 17));
    RESULT(18, (x & y) | (~x & 0x0f0f0f0fu));
    RESULT(19, (x ^ y) & (x | 0x5a5a5a5au) & ~(y << 3));
}
