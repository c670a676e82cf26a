// Division and remainder by constants, which compilers turn into multiplications and shifts.
#define RESULT(k, value) out[(k) * n + i] = (long long)(value)

extern "C" __global__ void constant_division(const long long* a, long long* out, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    long long x = a[i];
    unsigned long long u = (unsigned long long)x;
    int s = (int)x;
    unsigned v = (unsigned)u;
    RESULT(0, s / 3);
    RESULT(1, s % 3);
    RESULT(2, s / 7);
    RESULT(3, s % 10);
    RESULT(4, s / -5);
    RESULT(5, s / 16);
    RESULT(6, s % 16);
    RESULT(7, s / 1000003);
    RESULT(8, v / 3u);
    RESULT(9, v / 7u);
    RESULT(10, v % 10u);
    RESULT(11, v / 641u);
    RESULT(12, v % 1000u);
    RESULT(13, v / 32u);
    RESULT(14, x / 3);
    RESULT(15, x % 7);
    RESULT(16, x / -1000);
    RESULT(17, x / 1024);
    RESULT(18, u / 10u);
    RESULT(19, u % 97u);
    RESULT(20, (short)s / 11);
    RESULT(21, (unsigned char)v / 5);
    RESULT(22, s % 2);
}
