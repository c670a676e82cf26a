// The host freed the input before the launch.
// RUN: grid=1 block=32 in=32 out=32 n=32 freed=in
extern "C" __global__ void kernel(const int* in, int* out, int n) {
    int t = threadIdx.x;
    int x = in[t];  // FAULT: use-after-free in
    out[t] = x;
}
