// The mistake: each warp adds up its own, and in each round half of the lanes stand by.
extern "C" __global__ void reduce(const float* in, float* out, int n)
{
    __shared__ float part[1024];
    const int thread = threadIdx.x;
    float sum = 0.0f;
    for (int i = blockIdx.x * blockDim.x + thread; i < n; i += gridDim.x * blockDim.x)
        sum += in[i];
    part[thread] = sum;
    __syncwarp();
    for (int distance = 1; distance < 32; distance *= 2) {
        if (thread % (2 * distance) == 0)
            part[thread] += part[thread + distance];
        __syncwarp();
    }
    if (thread % 32 == 0)
        atomicAdd(out, part[thread]);
}
