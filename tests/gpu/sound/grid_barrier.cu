// All blocks meet: each one counts itself and waits for the others.
// RUN: grid=4 block=32 in=128 out=128 n=128
__device__ unsigned arrived = 0;
__device__ int cells[128];
extern "C" __global__ void kernel(const int* in, int* out, int n) {
    int t = threadIdx.x, i = blockIdx.x * 32 + t;
    cells[i] = in[i];
    __syncthreads();
    if (t == 0) {
        __threadfence();
        atomicAdd(&arrived, 1u);
        while (*(volatile unsigned*)&arrived < gridDim.x) {
        }
        __threadfence();
    }
    __syncthreads();
    out[i] = cells[n - 1 - i] == in[n - 1 - i];
}
