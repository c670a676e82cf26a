// A recursion without an end that it reaches.
// RUN: grid=1 block=1 in=1 out=1 n=100
__device__ __noinline__ int down(const int* in, int n) { return n == 0 ? 0 : in[0] + 3 * down(in, n + 1); }  // FAULT: stack-overflow
extern "C" __global__ void kernel(const int* in, int* out, int n) {
    out[0] = down(in, n);
}
