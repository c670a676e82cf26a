// A chain of blocks: each waits for its predecessor's prefix, which a fence puts before its flag.
// RUN: grid=6 block=32 in=192 out=192 n=192
__device__ unsigned next = 0;
__device__ volatile int prefix[7];
__device__ volatile int ready[7];
extern "C" __global__ void kernel(const int* in, int* out, int n) {
    __shared__ int tile, before;
    int t = threadIdx.x;
    if (t == 0) tile = atomicAdd(&next, 1u);
    __syncthreads();
    int x = in[tile * 32 + t];
    for (int step = 1; step < 32; step *= 2) {
        int left = __shfl_up_sync(0xffffffffu, x, step);
        if (t >= step) x += left;
    }
    if (t == 31) {
        int sum = 0;
        if (tile > 0) {
            while (ready[tile] == 0) {
            }
            __threadfence();
            sum = prefix[tile];
        }
        prefix[tile + 1] = sum + x;
        __threadfence();
        ready[tile + 1] = 1;
        before = sum;
    }
    __syncthreads();
    int expected = 0;
    for (int k = 0; k <= tile * 32 + t; ++k) expected += in[k];
    out[tile * 32 + t] = before + x == expected;
}
