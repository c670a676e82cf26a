// The example of "Memory Fence Functions" in the Programming Guide: the block that comes last adds up what all
// have left, and puts the counter back by an ordinary store.

__device__ unsigned count = 0;
__device__ volatile float result[65536];

// The sum over the block, in its first thread.
__device__ float block_sum(float value)
{
    __shared__ float sums[32];
    for (int distance = 16; distance > 0; distance /= 2)
        value += __shfl_down_sync(0xffffffffu, value, distance);
    __syncthreads();
    if (threadIdx.x % 32 == 0)
        sums[threadIdx.x / 32] = value;
    __syncthreads();
    if (threadIdx.x < 32) {
        value = threadIdx.x < blockDim.x / 32 ? sums[threadIdx.x] : 0.0f;
        for (int distance = 16; distance > 0; distance /= 2)
            value += __shfl_down_sync(0xffffffffu, value, distance);
    }
    return value;
}

extern "C" __global__ void reduce(const float* in, float* out, int n)
{
    __shared__ bool is_last;
    float partial = 0.0f;
    for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x)
        partial += in[i];
    partial = block_sum(partial);
    if (threadIdx.x == 0) {
        result[blockIdx.x] = partial;
        __threadfence();
        is_last = atomicInc(&count, gridDim.x) == gridDim.x - 1;
    }
    __syncthreads();
    if (is_last) {
        float total = 0.0f;
        for (int i = threadIdx.x; i < gridDim.x; i += blockDim.x)
            total += result[i];
        total = block_sum(total);
        if (threadIdx.x == 0) {
            out[0] = total;
            count = 0;
        }
    }
}
