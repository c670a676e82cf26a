// Loads of sixteen bytes, which are taken apart in registers.

template <typename T>
__device__ __forceinline__ void count(unsigned* counts, T word)
{
#pragma unroll
    for (unsigned k = 0; k < sizeof word; k++)
        atomicAdd(&counts[word >> (8 * k) & 0xff], 1u);
}

extern "C" __global__ void histogram(const unsigned char* in, unsigned* bins, int n)
{
    __shared__ unsigned counts[256];
    for (int bin = threadIdx.x; bin < 256; bin += blockDim.x)
        counts[bin] = 0;
    __syncthreads();

    const int thread = blockIdx.x * blockDim.x + threadIdx.x;
    const int threads = gridDim.x * blockDim.x;
    for (int i = thread; i < n / 16; i += threads) {
        uint4 v = reinterpret_cast<const uint4*>(in)[i];
        count(counts, v.x);
        count(counts, v.y);
        count(counts, v.z);
        count(counts, v.w);
    }
    for (int i = n / 16 * 16 + thread; i < n; i += threads)
        atomicAdd(&counts[in[i]], 1u);
    __syncthreads();

    for (int bin = threadIdx.x; bin < 256; bin += blockDim.x)
        atomicAdd(&bins[bin], counts[bin]);
}
