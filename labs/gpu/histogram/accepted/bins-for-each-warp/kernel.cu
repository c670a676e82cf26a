// Private bins for each of eight groups of warps: fewer threads meet in a word.

extern "C" __global__ void histogram(const unsigned char* in, unsigned* bins, int n)
{
    constexpr int COPIES = 8;
    __shared__ unsigned counts[COPIES][256];
    for (int k = threadIdx.x; k < COPIES * 256; k += blockDim.x)
        counts[k / 256][k % 256] = 0;
    __syncthreads();

    unsigned* mine = counts[threadIdx.x / 32 % COPIES];
    const int stride = gridDim.x * blockDim.x;
    for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride)
        atomicAdd(mine + in[i], 1u);
    __syncthreads();

    for (int bin = threadIdx.x; bin < 256; bin += blockDim.x) {
        unsigned sum = 0;
        for (int copy = 0; copy < COPIES; copy++)
            sum += counts[copy][bin];
        atomicAdd(bins + bin, sum);
    }
}
