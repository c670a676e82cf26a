// The private histogram of a block is shared by its threads.
// RUN: grid=1 block=64 in=256 out=8 n=256 zeroed
extern "C" __global__ void kernel(const int* in, int* out, int n) {
    __shared__ int bins[8];
    int t = threadIdx.x;
    if (t < 8) bins[t] = 0;
    __syncthreads();
    for (int i = t; i < n; i += blockDim.x) {
        int bin = in[i] & 7;
        bins[bin] += 1;  // FAULT: race
    }
    __syncthreads();
    if (t < 8) atomicAdd(&out[t], bins[t]);
}
