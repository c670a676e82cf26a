// The mistake: the tree halves the number of threads: of three, one is lost.
extern "C" __global__ void reduce(const float* in, float* out, int n)
{
    __shared__ float part[1024];
    const int thread = threadIdx.x;
    float sum = 0.0f;
    for (int i = blockIdx.x * blockDim.x + thread; i < n; i += gridDim.x * blockDim.x)
        sum += in[i];
    part[thread] = sum;
    __syncthreads();
    for (int width = blockDim.x / 2; width > 0; width /= 2) {
        if (thread < width)
            part[thread] += part[thread + width];
        __syncthreads();
    }
    if (thread == 0)
        atomicAdd(out, part[0]);
}
