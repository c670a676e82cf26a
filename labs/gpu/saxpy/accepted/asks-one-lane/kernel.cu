// A warp takes the next tile of its block: one lane asks, and tells the others by a shuffle. Their own variable
// holds nothing until then.

extern "C" __global__ void saxpy(float a, const float* x, float* y, int n)
{
    __shared__ unsigned next;
    if (threadIdx.x == 0)
        next = 0;
    __syncthreads();
    // The last warp of a block of 100 threads has four.
    const int lane = threadIdx.x % 32;
    const int width = min(32, int(blockDim.x) - int(threadIdx.x - lane));
    const unsigned warp = 0xffffffffu >> (32 - width);
    for (;;) {
        unsigned tile;
        if (lane == 0)
            tile = atomicAdd(&next, 1u);
        tile = __shfl_sync(warp, tile, 0);
        const long long first = (static_cast<long long>(tile) * gridDim.x + blockIdx.x) * 32;
        if (first >= n)
            break;
        for (int k = lane; k < 32 && first + k < n; k += width)
            y[first + k] = a * x[first + k] + y[first + k];
    }
}
