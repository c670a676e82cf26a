// The host never allocated the output.
// RUN: grid=1 block=32 in=32 out=32 n=32 null=out
extern "C" __global__ void kernel(const int* in, int* out, int n) {
    int t = threadIdx.x;
    int x = in[t] * 3;
    if (t > 0) out[t] = x;  // FAULT: null-pointer
}
