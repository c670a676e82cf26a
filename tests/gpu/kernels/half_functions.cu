// More of half precision: saturated and rectified, compared in pairs, from and to integers.
#include <cuda_fp16.h>
#define RESULT(k, value) out[(k) * n + i] = (value)

extern "C" __global__ void half_results(const float* a, const float* b, float* out, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    __nv_half x = __float2half(a[i]), y = __float2half(b[i]);
    RESULT(0, __half2float(__hadd_rn(x, y)));
    RESULT(1, __half2float(__hsub_rn(x, y)));
    RESULT(2, __half2float(__hmul_rn(x, y)));
    RESULT(3, __half2float(__hadd_sat(x, y)));
    RESULT(4, __half2float(__hsub_sat(x, y)));
    RESULT(5, __half2float(__hmul_sat(x, y)));
    RESULT(6, __half2float(__hfma_sat(x, y, x)));
    RESULT(7, __half2float(__hfma_relu(x, y, y)));
    half2 pair = __halves2half2(x, y), swapped = __lowhigh2highlow(pair);
    RESULT(8, __low2float(__hadd2_sat(pair, pair)));
    RESULT(9, __high2float(__hfma2_sat(pair, swapped, pair)));
    RESULT(10, __high2float(__hfma2_relu(pair, swapped, swapped)));
    half2 lows = __lows2half2(pair, swapped), highs = __highs2half2(pair, swapped);
    RESULT(11, __low2float(lows));
    RESULT(12, __high2float(lows));
    RESULT(13, __low2float(highs));
    RESULT(14, __high2float(highs));
    RESULT(15, __high2float(__low2half2(pair)));
    RESULT(16, __low2float(__high2half2(pair)));
    half up = x;
    half before = up++;
    --up, ++up;
    RESULT(17, (float)before);
    RESULT(18, (float)up);
    half2 down = pair;
    down--;
    RESULT(19, __high2float(down));
    RESULT(20, (float)+x);
    RESULT(21, __half2float(__float2half_rd(a[i])));
    RESULT(22, __half2float(__float2half_ru(a[i])));
    RESULT(23, __half2float(__float2half_rz(a[i])));
}

extern "C" __global__ void half_truths(const float* a, const float* b, unsigned* out, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    half x = __float2half(a[i]), y = __float2half(b[i]);
    half2 p = __halves2half2(x, y), q = __halves2half2(y, y);
#define TRUTHS(k, name)                                                                           \
    RESULT(k, __h##name(x, y) | __hb##name##2(p, q) << 1 | (__low2float(__h##name##2(p, q)) == 1) << 2 | \
                  (__high2float(__h##name##2(p, q)) == 1) << 3);                                  \
    RESULT((k) + 1, __h##name##2_mask(p, q))
    TRUTHS(0, eq);
    TRUTHS(2, ne);
    TRUTHS(4, lt);
    TRUTHS(6, le);
    TRUTHS(8, gt);
    TRUTHS(10, ge);
    TRUTHS(12, equ);
    TRUTHS(14, neu);
    TRUTHS(16, ltu);
    TRUTHS(18, leu);
    TRUTHS(20, gtu);
    TRUTHS(22, geu);
    RESULT(24, (unsigned)(p == q) | (p != q) << 1 | (p < q) << 2 | (p >= q) << 3 | (x ? 16 : 0) | (!x ? 32 : 0));
}

extern "C" __global__ void half_to_integers(const float* a, long long* out, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    half x = __float2half(a[i]);
    RESULT(0, __half2short_rn(x));
    RESULT(1, __half2short_rz(x));
    RESULT(2, __half2ushort_rd(x));
    RESULT(3, __half2ushort_ru(x));
    RESULT(4, __half2int_rn(x));
    RESULT(5, __half2int_rd(x));
    RESULT(6, __half2int_ru(x));
    RESULT(7, __half2int_rz(x));
    RESULT(8, __half2uint_rn(x));
    RESULT(9, __half2uint_rz(x));
    RESULT(10, __half2ll_rn(x));
    RESULT(11, __half2ll_rd(x));
    RESULT(12, (long long)__half2ull_ru(x));
}

extern "C" __global__ void integers_to_half(const long long* a, float* out, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    long long x = a[i];
    RESULT(0, __half2float(__short2half_rn((short)x)));
    RESULT(1, __half2float(__ushort2half_rn((unsigned short)x)));
    RESULT(2, __half2float(__int2half_rn((int)x)));
    RESULT(3, __half2float(__uint2half_rn((unsigned)x)));
    RESULT(4, __half2float(__ll2half_rn(x)));
    RESULT(5, __half2float(__ull2half_rn((unsigned long long)x)));
    RESULT(6, __half2float(half(x)));
    RESULT(7, __half2float((half)(unsigned short)x));
    RESULT(8, __half2float(__int2half_rz((int)x % 65536)));
    RESULT(9, __half2float(__ll2half_rd(x % 65536)));
    RESULT(10, __half2float(__short2half_ru((short)x)));
}

extern "C" __global__ void half_powers(const float* a, float* out, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    half x = __float2half(a[i]);
    half2 pair = __halves2half2(x, __hadd(x, x));
    RESULT(0, __half2float(hexp10(x)));
    RESULT(1, __half2float(hlog10(x)));
    RESULT(2, __high2float(h2exp10(pair)));
    RESULT(3, __high2float(h2log10(pair)));
}
