// The mistake: as many steps for every thread, rounded up: the last step is no whole one.
extern "C" __global__ void saxpy(float a, const float* x, float* y, int n)
{
    int stride = gridDim.x * blockDim.x;
    int steps = (n + stride - 1) / stride;
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    for (int step = 0; step < steps; step++) {
        y[i] = a * x[i] + y[i];
        i += stride;
    }
}
