// The mistake: the last rounds are within a warp, whose lanes need not go in step since Volta.
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
    for (; width >= 32; width /= 2) {
        if (thread < width && thread + width < int(blockDim.x))
            part[thread] += part[thread + width];
        __syncthreads();
    }
    volatile float* last = part;
    if (thread < 16)
        for (; width > 0; width /= 2)
            last[thread] = last[thread] + last[thread + width];
    if (thread == 0)
        atomicAdd(out, part[0]);
}
