// The kernel stops where nobody debugs it.
// RUN: grid=1 block=64 in=64 out=64 n=64
extern "C" __global__ void kernel(const int* in, int* out, int n) {
    int t = threadIdx.x;
    out[t] = in[t];
    if (t == 33) __brkpt();  // FAULT: trap
}
