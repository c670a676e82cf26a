// The mistake: there are more elements than two for each thread.
extern "C" __global__ void saxpy(float a, const float* __restrict__ x, float* __restrict__ y, int n)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    int threads = gridDim.x * blockDim.x;
    if (i < n)
        y[i] = a * x[i] + y[i];
    if (i + threads < n)
        y[i + threads] = a * x[i + threads] + y[i + threads];
}
