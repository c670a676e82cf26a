// The mistake: counts of sixteen bits, two in a word: the lower one runs over into its neighbour.
constexpr int BINS = 256;

extern "C" __global__ void histogram(const unsigned char* __restrict__ in, unsigned* bins, int n)
{
    // Threads of a block meet in shared memory, which is near, and not in global memory, where all
    // blocks would meet.
    __shared__ unsigned counts[BINS / 2];

    // The block may have fewer threads than there are bins, or more.
    for (int bin = threadIdx.x; bin < BINS / 2; bin += blockDim.x)
        counts[bin] = 0;
    __syncthreads();

    for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x)
        atomicAdd(&counts[in[i] / 2], in[i] % 2 ? 1u << 16 : 1u);
    __syncthreads();

    for (int bin = threadIdx.x; bin < BINS; bin += blockDim.x)
        atomicAdd(&bins[bin], counts[bin / 2] >> (bin % 2 * 16) & 0xffff);
}
