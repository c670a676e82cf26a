// __syncthreads() does not wait for the next block.
// RUN: grid=3 block=64 in=192 out=384 n=192
extern "C" __global__ void kernel(const int* in, int* out, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    int x = in[i] * 2;
    out[i] = x;  // OTHER
    __syncthreads();
    int right = out[(i + 1) % n];  // FAULT: race
    out[n + i] = right;
}
