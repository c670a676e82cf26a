// The first thread has no left neighbour.
// RUN: grid=2 block=64 in=100 out=100 n=100
extern "C" __global__ void kernel(const int* in, int* out, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    int left = in[i - 1];  // FAULT: out-of-bounds in
    out[i] = left + 1;
}
