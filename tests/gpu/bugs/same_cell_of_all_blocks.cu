// The index leaves the block out: each block overwrites what the others wrote.
// RUN: grid=3 block=64 in=192 out=64 n=64
extern "C" __global__ void kernel(const int* in, int* out, int n) {
    int x = in[blockIdx.x * blockDim.x + threadIdx.x] * 4 + blockIdx.x;
    out[threadIdx.x] = x;  // FAULT: race
}
