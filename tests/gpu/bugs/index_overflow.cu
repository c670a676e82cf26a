// The index is computed in 32 bits and does not fit.
// RUN: grid=1 block=32 in=64 out=32 n=1500000000
extern "C" __global__ void kernel(const int* in, int* out, int n) {
    int i = threadIdx.x;
    int at = i * n;
    int x = in[at];  // FAULT: out-of-bounds in
    out[i] = x;
}
