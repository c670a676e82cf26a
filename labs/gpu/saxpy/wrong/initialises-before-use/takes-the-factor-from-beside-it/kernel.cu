// The mistake: a is put into the first place, and taken from the second.
extern "C" __global__ void saxpy(float a, const float* x, float* y, int n)
{
    __shared__ float factor[2];
    int stride = gridDim.x * blockDim.x;
    if (threadIdx.x == 0)
        factor[0] = a;
    __syncthreads();
    for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride)
        y[i] = factor[1] * x[i] + y[i];
}
