// Two buffers in turns need only one barrier for each step.
// RUN: grid=2 block=64 in=128 out=128 n=128
extern "C" __global__ void kernel(const int* in, int* out, int n) {
    __shared__ int buffers[2][64];
    int t = threadIdx.x, from = 0;
    const int* own = in + blockIdx.x * 64;
    buffers[0][t] = own[t];
    __syncthreads();
    for (int step = 1; step < 64; step *= 2) {
        buffers[1 - from][t] = buffers[from][t] + (t >= step ? buffers[from][t - step] : 0);
        from = 1 - from;
        __syncthreads();
    }
    int expected = 0;
    for (int k = 0; k <= t; ++k) expected += own[k];
    out[blockIdx.x * 64 + t] = buffers[from][t] == expected;
}
