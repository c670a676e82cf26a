// One more than the array holds.
// RUN: grid=1 block=32 in=64 out=32 n=9
extern "C" __global__ void kernel(const int* in, int* out, int n) {
    int own[8];
    for (int k = 0; k < n; ++k) {
        own[in[k] & 0 | k] = in[k];  // FAULT: out-of-bounds
    }
    int sum = 0;
    for (int k = 0; k < 8; ++k) sum += own[in[k] & 7];
    out[threadIdx.x] = sum;
}
