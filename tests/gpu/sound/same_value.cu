// Many threads say the same: it does not matter who comes last.
// RUN: grid=3 block=64 in=192 out=1 n=192
extern "C" __global__ void kernel(const int* in, int* out, int n) {
    __shared__ int found;
    found = 0;
    __syncthreads();
    if (in[blockIdx.x * blockDim.x + threadIdx.x] >= 0) found = 1;
    __syncthreads();
    if (found) out[0] = 1;
}
