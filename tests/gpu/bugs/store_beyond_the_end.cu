// A store beyond the end; every load is inside.
// RUN: grid=1 block=64 in=64 out=63 n=64
extern "C" __global__ void kernel(const int* in, int* out, int n) {
    int i = threadIdx.x;
    if (i < n) {
        int x = in[i];
        out[i] = x + 1;  // FAULT: out-of-bounds out
    }
}
