// A thread counts how often its byte comes again in a row, and goes to the shared bins when it changes:
// what is skewed costs little. Its bytes are a stride apart, as ever.

extern "C" __global__ void histogram(const unsigned char* in, unsigned* bins, int n)
{
    __shared__ int counts[256];
    for (int bin = threadIdx.x; bin < 256; bin += blockDim.x)
        counts[bin] = 0;
    __syncthreads();

    int last = -1, run = 0;
    for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) {
        int value = in[i];
        if (value != last) {
            if (run > 0)
                atomicAdd(&counts[last], run);
            last = value;
            run = 0;
        }
        run++;
    }
    if (run > 0)
        atomicAdd(&counts[last], run);
    __syncthreads();

    for (int bin = threadIdx.x; bin < 256; bin += blockDim.x)
        atomicAdd(&bins[bin], unsigned(counts[bin]));
}
