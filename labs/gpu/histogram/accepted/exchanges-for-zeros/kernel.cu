// Counts for each block; every count is taken and put to zero at once, the first time when it is no count yet.

extern "C" __global__ void histogram(const unsigned char* in, unsigned* bins, int n)
{
    __shared__ unsigned mine[256];
    for (int bin = threadIdx.x; bin < 256; bin += blockDim.x)
        atomicExch(&mine[bin], 0u);
    __syncthreads();
    for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += blockDim.x * gridDim.x)
        atomicAdd(&mine[in[i]], 1u);
    __syncthreads();
    for (int bin = threadIdx.x; bin < 256; bin += blockDim.x) {
        unsigned count = atomicExch(&mine[bin], 0u);
        if (count > 0)
            atomicAdd(&bins[bin], count);
    }
}
