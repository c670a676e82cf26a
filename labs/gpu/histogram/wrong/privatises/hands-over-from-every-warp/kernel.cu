// The mistake: private bins for each warp, and each warp hands over its own.
extern "C" __global__ void histogram(const unsigned char* in, unsigned* bins, int n)
{
    __shared__ unsigned counts[32][256];
    unsigned* mine = counts[threadIdx.x / 32];
    for (int bin = threadIdx.x; bin < 32 * 256; bin += blockDim.x)
        counts[bin / 256][bin % 256] = 0;
    __syncthreads();
    for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x)
        atomicAdd(&mine[in[i]], 1u);
    __syncthreads();
    for (int copy = 0; copy < int(blockDim.x) / 32; copy++)
        for (int bin = threadIdx.x; bin < 256; bin += blockDim.x)
            atomicAdd(&bins[bin], counts[copy][bin]);
    if (blockDim.x % 32 != 0)
        for (int bin = threadIdx.x; bin < 256; bin += blockDim.x)
            atomicAdd(&bins[bin], counts[blockDim.x / 32][bin]);
}
