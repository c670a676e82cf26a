// The launch gives room for half of the threads.
// RUN: grid=1 block=64 shared=128 in=64 out=64 n=64
extern __shared__ int cells[];
extern "C" __global__ void kernel(const int* in, int* out, int n) {
    int t = threadIdx.x;
    cells[t] = in[t];  // FAULT: out-of-bounds
    __syncthreads();
    if (t < 32) out[t] = cells[31 - t];
}
