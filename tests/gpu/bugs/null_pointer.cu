// The host never allocated the input.
// RUN: grid=1 block=32 in=32 out=32 n=32 null=in
extern "C" __global__ void kernel(const int* in, int* out, int n) {
    int t = threadIdx.x;
    int x = in[t];  // FAULT: null-pointer
    out[t] = x;
}
