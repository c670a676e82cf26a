// No atomic in shared memory: the block puts a part of the bytes there, and each thread looks through them
// for the values that are its own. Slow, and right.

extern "C" __global__ void histogram(const unsigned char* in, unsigned* bins, int n)
{
    constexpr int PART = 256;
    __shared__ unsigned char bytes[PART];
    unsigned counts[4] = {0, 0, 0, 0};
    const int parts = (n + PART - 1) / PART;

    for (int part = blockIdx.x; part < parts; part += gridDim.x) {
        const int here = min(PART, n - part * PART);
        for (int k = threadIdx.x; k < here; k += blockDim.x)
            bytes[k] = in[part * PART + k];
        __syncthreads();
        if (threadIdx.x < 64)
            for (int k = 0; k < here; k++)
                if (bytes[k] / 4 == threadIdx.x)
                    counts[bytes[k] % 4]++;
        __syncthreads();
    }
    if (threadIdx.x < 64)
        for (int k = 0; k < 4; k++)
            if (counts[k] != 0)
                atomicAdd(&bins[4 * threadIdx.x + k], counts[k]);
}
