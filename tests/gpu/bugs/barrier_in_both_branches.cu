// Each branch has a barrier of its own.
// RUN: grid=1 block=64 in=64 out=64 n=64
extern "C" __global__ void kernel(const int* in, int* out, int n) {
    __shared__ int cells[64];
    int t = threadIdx.x;
    if (in[t] % 2 == t % 2) {
        cells[t] = t * 2;
        __syncthreads();  // FAULT: divergent-barrier
        out[t] = cells[t] + 1;
    } else {
        cells[t] = t * 3;
        __syncthreads();  // OTHER
        out[t] = cells[t] * 7;
    }
}
