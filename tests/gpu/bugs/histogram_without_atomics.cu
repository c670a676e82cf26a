// Two threads that see the same value both add one to the same old count.
// RUN: grid=2 block=64 in=128 out=8 n=128 zeroed
extern "C" __global__ void kernel(const int* in, int* out, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) {
        int bin = in[i] & 7;
        out[bin]++;  // FAULT: race
    }
}
