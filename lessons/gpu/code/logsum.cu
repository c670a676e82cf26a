// log(exp(x[0]) + exp(x[1]) + ...), by one warp, in one pass over the input.

// ANCHOR: merge
struct Scaled {
    float top, sum;  // stands for sum * exp(top)
};

__device__ Scaled merged(Scaled a, Scaled b)
{
    float top = a.top > b.top || a.top != a.top ? a.top : b.top;
    if (top == -INFINITY) {
        return {top, 0.0f};
    }
    return {top, a.sum * expf(a.top - top) + b.sum * expf(b.top - top)};
}
// ANCHOR_END: merge

extern "C" __global__ void log_sum_exp(const float* x, float* out, int n)
{
    Scaled all = {-INFINITY, 0.0f};
    for (int i = threadIdx.x; i < n; i += 32) {
        all = merged(all, {x[i], 1.0f});
    }
    for (int half = 16; half > 0; half /= 2) {
        Scaled from = {__shfl_down_sync(0xffffffff, all.top, half),
                       __shfl_down_sync(0xffffffff, all.sum, half)};
        all = merged(all, from);
    }
    if (threadIdx.x == 0) {
        *out = all.top + logf(all.sum);
    }
}
