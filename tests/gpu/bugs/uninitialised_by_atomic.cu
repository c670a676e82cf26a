// The counter that all threads add to was never set to zero.
// RUN: grid=2 block=32 in=64 out=1 n=64
extern "C" __global__ void kernel(const int* in, int* out, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    int x = in[i];
    atomicAdd(out, x);  // FAULT: uninitialised out
}
