// 8-bit and 16-bit integers: loads that extend, arithmetic that wraps, stores that truncate.
#define RESULT(k, value) out[(k) * n + i] = (short)(value)

extern "C" __global__ void small_integers(const signed char* a, const unsigned char* b, short* out, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    signed char x = a[i];
    unsigned char y = b[i];
    RESULT(0, x + y);
    RESULT(1, (signed char)(x + y));
    RESULT(2, (unsigned char)(x - y));
    RESULT(3, x * y);
    RESULT(4, (unsigned char)(x * y));
    RESULT(5, y ? x / y : 0);
    RESULT(6, y ? x % y : 0);
    RESULT(7, x >> 2);
    RESULT(8, y >> 3);
    RESULT(9, (signed char)(y << 1));
    RESULT(10, x < (signed char)y);
    RESULT(11, (unsigned char)x < y);
    RESULT(12, (short)((unsigned)(unsigned short)(x * 257) * (unsigned short)(y * 255)));
    RESULT(13, (unsigned short)(x * 300) / (unsigned short)(y + 1));
    RESULT(14, (short)(x * 250) / (short)(y + 1));
    RESULT(15, (short)(x * 250) % (short)(y + 1));
    RESULT(16, (short)-(short)x);
    RESULT(17, (unsigned short)~(unsigned short)y >> 4);
    RESULT(18, (short)(x << 8) >> (y & 7));
    RESULT(19, min((short)x, (short)y));
}

// The same bytes back, each at its own address, after addition modulo 256.
extern "C" __global__ void bytes_back(const unsigned char* a, unsigned char* out, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) out[i] = a[i] + 200;
}
