// Counting, finding, reversing, permuting and shifting bits.
#define RESULT(k, value) out[(k) * n + i] = (unsigned)(value)

extern "C" __global__ void bits(const unsigned* a, const unsigned* b, unsigned* out, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    unsigned x = a[i], y = b[i];
    unsigned long long wide = ((unsigned long long)x << 32) | y;
    RESULT(0, __popc(x));
    RESULT(1, __clz(x));
    RESULT(2, __ffs(x));
    RESULT(3, __brev(x));
    RESULT(4, __byte_perm(x, y, 0x5140));
    RESULT(5, __byte_perm(x, y, y & 0x7777));
    RESULT(6, __funnelshift_l(x, y, 9));
    RESULT(7, __funnelshift_r(x, y, y));
    RESULT(8, (x >> 5) & 0x1f);
    RESULT(9, (x & ~0xff0u) | ((y & 0xff) << 4));
    RESULT(10, (x << (y & 31)) | (x >> (-y & 31)));
    RESULT(11, __popcll(wide));
    RESULT(12, __clzll(wide));
    RESULT(13, __ffsll(wide));
    RESULT(14, __brevll(wide) >> 32);
    RESULT(15, __brevll(wide));
    RESULT(16, (int)(x << 20) >> 27);
    RESULT(17, x & (0u - x));
    RESULT(18, __popc(x & (x - 1)));
    RESULT(19, 31 - __clz(x | 1));
    RESULT(20, __uhadd(x, y));
    RESULT(21, __urhadd(x, y));
    RESULT(22, __rhadd((int)x, (int)y));
    RESULT(23, __usad(x, y, 7));
    RESULT(24, umin(x, y));
    RESULT(25, llmax((long long)wide, (long long)x) >> 32);
    RESULT(26, __float_as_uint(__ull2float_rn(wide)));
    RESULT(27, __double2ull_rz(__ull2double_rn(wide >> 12)));
}
