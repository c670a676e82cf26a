// The stride is 0 for a small n.
// RUN: grid=1 block=32 in=32 out=32 n=32 zeroed
extern "C" __global__ void kernel(const int* in, int* out, int n) {
    int stride = n / 1000;
    for (int i = threadIdx.x; i < n; i += stride) out[i] += 1;  // FAULT: endless
}
