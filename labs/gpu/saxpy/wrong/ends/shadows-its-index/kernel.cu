// The mistake: the i that is moved on is another one than the i of the loop.
extern "C" __global__ void saxpy(float a, const float* x, float* y, int n)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    int stride = gridDim.x * blockDim.x;
    while (i < n) {
        const_cast<volatile float*>(y)[i] = a * x[i] + y[i];
        int i = stride;
        i += stride;
    }
}
