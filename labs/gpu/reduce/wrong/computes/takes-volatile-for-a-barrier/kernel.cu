// The array is volatile, so that every access is made; nobody waits for anybody, though.

extern "C" __global__ void reduce(const float* in, float* out, int n)
{
    __shared__ volatile float sums[1024];
    float sum = 0.0f;
    for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x)
        sum += in[i];
    sums[threadIdx.x] = sum;
    __syncthreads();
    for (int half = 512; half > 0; half /= 2) {
        if (threadIdx.x < half && threadIdx.x + half < blockDim.x)
            sums[threadIdx.x] += sums[threadIdx.x + half];
        __syncwarp();
    }
    if (threadIdx.x == 0)
        atomicAdd(out, sums[0]);
}
