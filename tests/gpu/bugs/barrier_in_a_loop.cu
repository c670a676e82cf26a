// The number of rounds differs between threads.
// RUN: grid=1 block=64 in=64 out=64 n=64
extern "C" __global__ void kernel(const int* in, int* out, int n) {
    __shared__ int cells[64];
    int t = threadIdx.x, x = in[t];
    for (int k = 0; k < 1 + t / 32; ++k) {
        cells[t] = x + k;
        __syncthreads();  // FAULT: divergent-barrier
    }
    out[t] = cells[t];
    __syncthreads();  // OTHER
    out[t] += 1;
}
