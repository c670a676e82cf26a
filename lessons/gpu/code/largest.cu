// The largest element: in a warp, in a block, and of all blocks.

// ANCHOR: warp
__device__ float warp_max(float value)
{
    for (int half = 16; half > 0; half /= 2) {
        value = fmaxf(value, __shfl_down_sync(0xffffffff, value, half));
    }
    return value;
}
// ANCHOR_END: warp

// ANCHOR: block
extern "C" __global__ void largest(const float* in, float* part, int n)
{
    __shared__ float of_warp[32];
    float value = -INFINITY;
    for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n;
         i += gridDim.x * blockDim.x) {
        value = fmaxf(value, in[i]);
    }
    value = warp_max(value);
    if (threadIdx.x % 32 == 0) {
        of_warp[threadIdx.x / 32] = value;
    }
    __syncthreads();
    if (threadIdx.x < 32) {
        int warps = blockDim.x / 32;
        value = (int)threadIdx.x < warps ? of_warp[threadIdx.x] : -INFINITY;
        value = warp_max(value);
        if (threadIdx.x == 0) {
            part[blockIdx.x] = value;
        }
    }
}
// ANCHOR_END: block
