// out[0] += the sum of in: by threads, by warps, by blocks, and one addition in global memory for each block.

constexpr int WARP = 32;
constexpr int MOST_WARPS = 1024 / WARP;
constexpr unsigned ALL = 0xffffffffu;

// The sum over the lanes of a warp, in lane 0. All of them have to come.
__device__ float warp_sum(float sum)
{
    for (int distance = WARP / 2; distance > 0; distance /= 2)
        sum += __shfl_down_sync(ALL, sum, distance);
    return sum;
}

extern "C" __global__ void __launch_bounds__(1024)
reduce(const float* __restrict__ in, float* out, int n)
{
    __shared__ float sums[MOST_WARPS];

    // Four sums of its own: while one load is under way, the next three are.
    const int stride = gridDim.x * blockDim.x;
    float sums_of[4] = {0.0f, 0.0f, 0.0f, 0.0f};
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    for (; i + 3LL * stride < n; i += 4 * stride)
        for (int k = 0; k < 4; k++)
            sums_of[k] += in[i + k * stride];
    for (; i < n; i += stride)
        sums_of[0] += in[i];
    float sum = (sums_of[0] + sums_of[1]) + (sums_of[2] + sums_of[3]);

    // Whoever had no element takes part with a zero: no thread has left.
    sum = warp_sum(sum);
    int lane = threadIdx.x % WARP, warp = threadIdx.x / WARP;
    if (lane == 0)
        sums[warp] = sum;
    __syncthreads();

    if (warp == 0) {
        int warps = blockDim.x / WARP;
        sum = warp_sum(lane < warps ? sums[lane] : 0.0f);
        if (lane == 0)
            atomicAdd(out, sum);
    }
}
