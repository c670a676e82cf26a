// What is constant to the device is written by the host; a pointer without its const hides that.
// RUN: grid=1 block=1 in=1 out=1 n=1
__constant__ int limit;
__device__ __noinline__ void put(int* at, int value) {
    *at = value;  // FAULT: write-to-constant
}
extern "C" __global__ void kernel(const int* in, int* out, int n) {
    put(n > 0 ? const_cast<int*>(&limit) : out, in[0]);
    out[0] = n;
}
