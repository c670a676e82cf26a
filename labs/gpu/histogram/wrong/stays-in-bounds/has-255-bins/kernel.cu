// The mistake: the largest byte is 255, and so there are 256 of them.
constexpr int BINS = 256;

extern "C" __global__ void histogram(const unsigned char* __restrict__ in, unsigned* bins, int n)
{
    // Threads of a block meet in shared memory, which is near, and not in global memory, where all
    // blocks would meet.
    __shared__ unsigned counts[BINS - 1];

    // The block may have fewer threads than there are bins, or more.
    for (int bin = threadIdx.x; bin < BINS; bin += blockDim.x)
        counts[bin] = 0;
    __syncthreads();

    for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x)
        atomicAdd(&counts[in[i]], 1u);
    __syncthreads();

    for (int bin = threadIdx.x; bin < BINS; bin += blockDim.x)
        if (counts[bin] != 0)
            atomicAdd(&bins[bin], counts[bin]);
}
