// The classic tree: each round, the lower half of the threads adds what the upper half has. Where the
// number of threads is no power of two, the first round is about the rest.

extern "C" __global__ void reduce(const float* in, float* out, int n)
{
    __shared__ float part[1024];
    const int thread = threadIdx.x;
    float sum = 0.0f;
    for (int i = blockIdx.x * blockDim.x + thread; i < n; i += gridDim.x * blockDim.x)
        sum += in[i];
    part[thread] = sum;
    __syncthreads();
    int width = 1;
    while (2 * width < int(blockDim.x))
        width *= 2;
    for (; width > 0; width /= 2) {
        if (thread < width && thread + width < int(blockDim.x))
            part[thread] += part[thread + width];
        __syncthreads();
    }
    if (thread == 0)
        atomicAdd(out, part[0]);
}
