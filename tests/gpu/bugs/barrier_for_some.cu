// Some threads wait at a barrier that the others pass by.
// RUN: grid=1 block=64 in=64 out=64 n=64
extern "C" __global__ void kernel(const int* in, int* out, int n) {
    __shared__ int cells[64];
    int t = threadIdx.x;
    cells[t] = in[t];
    if (t < 40) {
        __syncthreads();  // FAULT: divergent-barrier
        out[t] = cells[39 - t];
    }
    __syncthreads();  // OTHER
    if (t >= 40) out[t] = cells[t];
}
