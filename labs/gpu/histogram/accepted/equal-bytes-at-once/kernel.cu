// The night sky: four bytes that are the same are added at once. They are compared all together, in one word.

extern "C" __global__ void histogram(const unsigned char* in, unsigned* bins, int n)
{
    __shared__ unsigned counts[256];
    for (int bin = threadIdx.x; bin < 256; bin += blockDim.x)
        counts[bin] = 0;
    __syncthreads();

    const int thread = blockIdx.x * blockDim.x + threadIdx.x;
    const int threads = gridDim.x * blockDim.x;
    for (int i = thread; i < n / 4; i += threads) {
        const unsigned word = reinterpret_cast<const unsigned*>(in)[i];
        const unsigned first = word & 0xff;
        const unsigned same = __vseteq4(word, __byte_perm(word, 0, 0x0000));
        atomicAdd(&counts[first], __vsadu4(same, 0));
        for (int k = 1; k < 4; k++)
            if (!(same >> (8 * k) & 1))
                atomicAdd(&counts[word >> (8 * k) & 0xff], 1u);
    }
    for (int i = n / 4 * 4 + thread; i < n; i += threads)
        atomicAdd(&counts[in[i]], 1u);
    __syncthreads();

    for (int bin = threadIdx.x; bin < 256; bin += blockDim.x)
        atomicAdd(&bins[bin], counts[bin]);
}
