// The row of a table in local memory is multiplied by the wrong width.
// RUN: grid=1 block=32 in=64 out=32 n=9
extern "C" __global__ void kernel(const int* in, int* out, int n) {
    int own[8];
    for (int k = 0; k < 8; ++k) own[k] = in[k] & 7;
    int x = own[(in[threadIdx.x] + 1) * 100 * n];  // FAULT: out-of-bounds
    out[threadIdx.x] = x + own[own[3]];
}
