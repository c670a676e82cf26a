// Arithmetic in half precision, one by one and in pairs.
#include <cuda_fp16.h>
#define RESULT(k, value) out[(k) * n + i] = (value)

extern "C" __global__ void half_precision(const float* a, const float* b, float* out, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    __half x = __float2half(a[i]), y = __float2half(b[i]);
    RESULT(0, __half2float(x));
    RESULT(1, __half2float(__hadd(x, y)));
    RESULT(2, __half2float(__hsub(x, y)));
    RESULT(3, __half2float(__hmul(x, y)));
    RESULT(4, __half2float(__hfma(x, y, x)));
    RESULT(5, __hlt(x, y) ? 1.0f : 0.0f);
    RESULT(6, __hge(x, y) ? 1.0f : 0.0f);
    RESULT(7, __half2float(__hneg(x)));
    __half2 pair = __halves2half2(x, y), twice = __hadd2(pair, pair);
    RESULT(8, __low2float(twice));
    RESULT(9, __high2float(twice));
    __half2 product = __hmul2(pair, __halves2half2(y, x));
    RESULT(10, __low2float(product));
    RESULT(11, __high2float(__hfma2(pair, pair, pair)));
}

// y += x, two halves at a time: what a kernel of a neural network does.
extern "C" __global__ void half_pairs(const __half2* x, __half2* y, int pairs) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < pairs) y[i] = __hadd2(y[i], x[i]);
}
