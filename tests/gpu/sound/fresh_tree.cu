// Cells beyond n are never written, and never read.
// RUN: grid=1 block=64 in=64 out=1 n=50
extern "C" __global__ void kernel(const int* in, int* out, int n) {
    __shared__ int cells[64];
    int t = threadIdx.x;
    if (t < n) cells[t] = in[t];
    __syncthreads();
    for (int half = 32; half > 0; half /= 2) {
        if (t < half && t + half < n) cells[t] += cells[t + half];
        __syncthreads();
    }
    if (t == 0) {
        int expected = 0;
        for (int k = 0; k < n; ++k) expected += in[k];
        out[0] = cells[0] == expected;
    }
}
