// The buffers are never exchanged: what is read is what others write.
// RUN: grid=1 block=64 in=64 out=64 n=64
extern "C" __global__ void kernel(const int* in, int* out, int n) {
    __shared__ int buffers[2][64];
    int t = threadIdx.x, from = 0, to = 1;
    buffers[0][t] = in[t];
    buffers[1][t] = 0;
    __syncthreads();
    for (int step = 1; step < 64; step *= 2) {
        int left = t >= step ? buffers[from][t - step] : 0;  // FAULT: race
        int mine = buffers[from][t] + left;
        buffers[to][t] = mine;  // OTHER
        from = to;
        __syncthreads();
    }
    out[t] = buffers[from][t];
}
