// All lanes write their own number to one place.
// RUN: grid=1 block=32 in=32 out=1 n=32
extern "C" __global__ void kernel(const int* in, int* out, int n) {
    int x = in[threadIdx.x] + 1000 * threadIdx.x;
    *out = x;  // FAULT: race
}
