// Atomic additions, a barrier, ordinary loads.
// RUN: grid=2 block=64 in=128 out=128 n=128
extern "C" __global__ void kernel(const int* in, int* out, int n) {
    __shared__ int bins[4];
    int t = threadIdx.x;
    if (t < 4) bins[t] = 0;
    __syncthreads();
    atomicAdd(&bins[in[blockIdx.x * 64 + t] & 3], 1);
    __syncthreads();
    out[blockIdx.x * 64 + t] = bins[0] + bins[1] + bins[2] + bins[3] == 64;
}
