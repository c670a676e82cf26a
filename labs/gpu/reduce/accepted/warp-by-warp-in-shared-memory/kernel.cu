// The last five rounds within one warp, whose lanes wait for each other and for nobody else.

template <typename T>
__device__ void add_up(volatile T* part, int lane)
{
    for (int width = 16; width > 0; width /= 2) {
        T other = part[lane + width];
        __syncwarp();
        part[lane] = part[lane] + other;
        __syncwarp();
    }
}

extern "C" __global__ void reduce(const float* in, float* out, int n)
{
    __shared__ float part[1024];
    float sum = 0.0f;
    for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x)
        sum += in[i];
    part[threadIdx.x] = sum;
    __syncthreads();
    if (threadIdx.x >= 32)
        return;
    for (int k = threadIdx.x + 32; k < int(blockDim.x); k += 32)
        sum += part[k];
    __syncwarp();
    part[threadIdx.x] = sum;
    part[threadIdx.x + 32] = 0.0f;
    __syncwarp();
    add_up(part, threadIdx.x);
    if (threadIdx.x == 0)
        atomicAdd(out, part[0]);
}
