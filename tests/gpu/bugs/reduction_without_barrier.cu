// The tree goes on to the next level before all sums of this one are there.
// RUN: grid=1 block=128 in=128 out=1 n=128
extern "C" __global__ void kernel(const int* in, int* out, int n) {
    __shared__ int cells[128];
    int t = threadIdx.x;
    cells[t] = in[t];
    __syncthreads();
    for (int half = blockDim.x / 2; half > 0; half /= 2) {
        if (t < half) cells[t] += cells[t + half];  // FAULT: race
    }
    if (t == 0) out[0] = cells[0];
}
