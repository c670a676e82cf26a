// The mistake: fewer blocks than a block has threads: in whole numbers, the stride is none.
extern "C" __global__ void saxpy(float a, const float* __restrict__ x, float* __restrict__ y, int n)
{
    int stride = gridDim.x / blockDim.x;
    for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride)
        const_cast<volatile float*>(y)[i] = a * x[i] + y[i];
}
