// An assertion that does not hold for all inputs.
// RUN: grid=1 block=64 in=64 out=64 n=64
#include <assert.h>
extern "C" __global__ void kernel(const int* in, int* out, int n) {
    int t = threadIdx.x;
    assert(t < n - 2);  // FAULT: assert
    out[t] = in[t];
}
