// Threads without work return; a barrier waits for those that are left.
// RUN: grid=1 block=64 in=64 out=40 n=40
extern "C" __global__ void kernel(const int* in, int* out, int n) {
    __shared__ int cells[64];
    int t = threadIdx.x;
    if (t >= n) return;
    cells[t] = in[t];
    __syncthreads();
    out[t] = cells[n - 1 - t] == in[n - 1 - t];
}
