// An unsigned number is never below 0.
// RUN: grid=1 block=1 in=8 out=8 n=8
extern "C" __global__ void kernel(const int* in, int* out, int n) {
    for (unsigned k = n - 1; k >= 0; --k) {
        out[k] = n;  // FAULT: out-of-bounds out
    }
}
