// A table of ten, and an eleventh is read.
// RUN: grid=1 block=32 in=32 out=32 n=11
__constant__ int table[10] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
extern "C" __global__ void kernel(const int* in, int* out, int n) {
    int t = threadIdx.x;
    if (t < n) {
        int x = table[t];  // FAULT: out-of-bounds table
        out[t] = x + in[t];
    }
}
