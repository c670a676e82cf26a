// Running totals within a warp, and within a block.

// ANCHOR: warp
__device__ int warp_scan(int value)
{
    int lane = threadIdx.x % 32;
    for (int distance = 1; distance < 32; distance *= 2) {
        int left = __shfl_up_sync(0xffffffff, value, distance);
        if (lane >= distance) {
            value += left;
        }
    }
    return value;
}
// ANCHOR_END: warp

// ANCHOR: block
extern "C" __global__ void running(const int* in, int* out, int n)
{
    __shared__ int of_warp[32];
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    int warp = threadIdx.x / 32;
    int total = warp_scan(i < n ? in[i] : 0);
    if (threadIdx.x % 32 == 31) {
        of_warp[warp] = total;
    }
    __syncthreads();
    if (warp == 0) {
        bool is_used = threadIdx.x < blockDim.x / 32;
        int sums = warp_scan(is_used ? of_warp[threadIdx.x] : 0);
        of_warp[threadIdx.x] = sums;
    }
    __syncthreads();
    if (i < n) {
        out[i] = total + (warp > 0 ? of_warp[warp - 1] : 0);
    }
}
// ANCHOR_END: block
