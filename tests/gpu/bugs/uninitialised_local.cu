// Five of eight are filled, and the eighth is read.
// RUN: grid=1 block=32 in=64 out=32 n=5
extern "C" __global__ void kernel(const int* in, int* out, int n) {
    int own[8];
    for (int k = 0; k < n; ++k) own[(in[k] & 0) + k] = in[k];
    int x = own[n + 2];  // FAULT: uninitialised
    out[threadIdx.x] = x;
}
