// The mistake: each block's part is rounded up, and begins where the one before it has not ended.
extern "C" __global__ void saxpy(float a, const float* x, float* y, int n)
{
    int part = (n + gridDim.x - 1) / gridDim.x;
    int begin = n / gridDim.x * blockIdx.x;
    for (int i = begin + threadIdx.x; i < begin + part && i < n; i += blockDim.x)
        y[i] = a * x[i] + y[i];
    if (blockIdx.x == gridDim.x - 1)
        for (int i = begin + part + threadIdx.x; i < n; i += blockDim.x)
            y[i] = a * x[i] + y[i];
}
