// The last steps of a tree, as they were written before threads of a warp had their own program counters.
// RUN: grid=1 block=32 in=64 out=1 n=64
extern "C" __global__ void kernel(const int* in, int* out, int n) {
    __shared__ int cells[64];
    int t = threadIdx.x;
    cells[t] = in[t];
    cells[t + 32] = in[t + 32];
    __syncwarp();
    for (int half = 32; half > 0; half /= 2) {
        if (t < half) cells[t] += cells[t + half];  // FAULT: race
    }
    if (t == 0) out[0] = cells[0];
}
