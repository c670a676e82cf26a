// The mistake: a thread for an element, and more threads than elements.
extern "C" __global__ void saxpy(float a, const float* x, float* y, int n)
{
    int stride = gridDim.x * blockDim.x;
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    do {
        y[i] = a * x[i] + y[i];
        i += stride;
    } while (i < n);
}
