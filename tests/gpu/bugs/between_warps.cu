// The other warp's half of global memory, without a barrier.
// RUN: grid=1 block=64 in=64 out=128 n=64
extern "C" __global__ void kernel(const int* in, int* out, int n) {
    int t = threadIdx.x;
    int x = in[t] + 1;
    out[t] = x;  // OTHER
    int other = out[t ^ 32];  // FAULT: race
    out[64 + t] = other;
}
