// The guard lets one thread too many through.
// RUN: grid=2 block=64 in=100 out=101 n=100
extern "C" __global__ void kernel(const int* in, int* out, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i <= n) {
        int x = in[i] * 2;  // FAULT: out-of-bounds in
        out[i] = x;
    }
}
