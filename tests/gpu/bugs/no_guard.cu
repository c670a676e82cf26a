// The grid is rounded up, and nothing holds the last threads back.
// RUN: grid=2 block=64 in=100 out=128 n=100
extern "C" __global__ void kernel(const int* in, int* out, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    int x = in[i];  // FAULT: out-of-bounds in
    out[i] = x;
}
