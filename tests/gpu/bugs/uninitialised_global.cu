// The sum is added to what was never set to zero.
// RUN: grid=1 block=64 in=64 out=64 n=64
extern "C" __global__ void kernel(const int* in, int* out, int n) {
    int t = threadIdx.x;
    int before = out[t];  // FAULT: uninitialised out
    out[t] = before + in[t];
}
