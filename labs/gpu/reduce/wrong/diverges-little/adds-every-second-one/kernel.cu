// The mistake: the remainder decides who adds: in the first five rounds, that divides every warp.
extern "C" __global__ void reduce(const float* in, float* out, int n)
{
    __shared__ float part[1024];
    const int thread = threadIdx.x;
    float sum = 0.0f;
    for (int i = blockIdx.x * blockDim.x + thread; i < n; i += gridDim.x * blockDim.x)
        sum += in[i];
    part[thread] = sum;
    __syncthreads();
    for (int distance = 1; distance < int(blockDim.x); distance *= 2) {
        if (thread % (2 * distance) == 0 && thread + distance < int(blockDim.x))
            part[thread] += part[thread + distance];
        __syncthreads();
    }
    if (thread == 0)
        atomicAdd(out, part[0]);
}
