// Barriers in branches and loops that all threads of a block take alike.
// RUN: grid=3 block=64 in=192 out=192 n=192
extern "C" __global__ void kernel(const int* in, int* out, int n) {
    __shared__ int cells[64];
    int t = threadIdx.x, i = blockIdx.x * 64 + t, x = in[i];
    cells[t] = x;
    if (blockIdx.x % 2) {
        __syncthreads();
        x = cells[63 - t];
        __syncthreads();
    }
    for (int k = 0; k < (int)blockIdx.x; ++k) {
        cells[t] = x;
        __syncthreads();
        x = cells[(t + 1) % 64];
        __syncthreads();
    }
    int from = blockIdx.x == 0 ? t : blockIdx.x == 1 ? 63 - (t + 1) % 64 : (t + 2) % 64;
    out[i] = x == in[blockIdx.x * 64 + from];
}
