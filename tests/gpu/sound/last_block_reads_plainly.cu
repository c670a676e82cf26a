// As above, with ordinary loads and stores, and a second fence on the side of the reader.
// RUN: grid=4 block=32 in=128 out=1 n=128
__device__ unsigned tickets = 0;
__device__ int partial[128];
extern "C" __global__ void kernel(const int* in, int* out, int n) {
    __shared__ unsigned ticket;
    int t = threadIdx.x, i = blockIdx.x * blockDim.x + t;
    partial[i] = in[i] * 2;
    __threadfence();
    __syncthreads();
    if (t == 0) ticket = atomicAdd(&tickets, 1u);
    __syncthreads();
    if (ticket == gridDim.x - 1) {
        __threadfence();
        int wrong = 0;
        for (int k = t; k < n; k += blockDim.x) wrong |= partial[k] != in[k] * 2;
        wrong = __syncthreads_or(wrong);
        if (t == 0) out[0] = !wrong;
    }
}
