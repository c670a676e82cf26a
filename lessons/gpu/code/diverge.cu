// Two ways to split the threads of a block into halves.

__device__ float slow(float x)
{
    for (int i = 0; i < 100; i++) {
        x = x * 0.5f + 1.0f;
    }
    return x;
}

__device__ float other(float x)
{
    for (int i = 0; i < 100; i++) {
        x = x * 0.25f - 1.0f;
    }
    return x;
}

// ANCHOR: lanes
extern "C" __global__ void by_lane(float* x)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    x[i] = threadIdx.x % 2 == 0 ? slow(x[i]) : other(x[i]);
}
// ANCHOR_END: lanes

// ANCHOR: warps
extern "C" __global__ void by_warp(float* x)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    x[i] = threadIdx.x / 32 % 2 == 0 ? slow(x[i]) : other(x[i]);
}
// ANCHOR_END: warps
