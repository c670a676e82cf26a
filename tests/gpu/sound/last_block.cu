// Who draws the last ticket sums what the others left: CUDA C++ Programming Guide, "Memory Fence Functions".
// RUN: grid=4 block=64 in=256 out=1 n=256
__device__ unsigned tickets = 0;
__device__ volatile int partial[4];
extern "C" __global__ void kernel(const int* in, int* out, int n) {
    __shared__ int sums[64];
    __shared__ bool is_last;
    int t = threadIdx.x;
    sums[t] = in[blockIdx.x * 64 + t];
    __syncthreads();
    if (t == 0) {
        int sum = 0;
        for (int k = 0; k < 64; ++k) sum += sums[k];
        partial[blockIdx.x] = sum;
        __threadfence();
        is_last = atomicInc(&tickets, gridDim.x) == gridDim.x - 1;
    }
    __syncthreads();
    if (is_last && t == 0) {
        int total = 0, expected = 0;
        for (int k = 0; k < 4; ++k) total += partial[k];
        for (int k = 0; k < n; ++k) expected += in[k];
        out[0] = total == expected;
    }
}
