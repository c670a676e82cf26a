// The right neighbour of the last cell.
// RUN: grid=1 block=64 in=64 out=64 n=64
extern "C" __global__ void kernel(const int* in, int* out, int n) {
    __shared__ int cells[64];
    int t = threadIdx.x;
    cells[t] = in[t];
    __syncthreads();
    int right = cells[t + 1];  // FAULT: out-of-bounds
    out[t] = right;
}
