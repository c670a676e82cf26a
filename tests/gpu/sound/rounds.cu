// The same barrier in a loop, many times, with work of different length between.
// RUN: grid=1 block=96 in=96 out=96 n=96
extern "C" __global__ void kernel(const int* in, int* out, int n) {
    __shared__ int cells[96];
    int t = threadIdx.x;
    cells[t] = in[t];
    __syncthreads();
    for (int round = 0; round < 5; ++round) {
        int x = cells[(t + 1) % 96];
        for (int k = 0; k < in[t] % 7; ++k) x += k - k;
        __syncthreads();
        cells[t] = x;
        __syncthreads();
    }
    out[t] = cells[t] == in[(t + 5) % 96];
}
