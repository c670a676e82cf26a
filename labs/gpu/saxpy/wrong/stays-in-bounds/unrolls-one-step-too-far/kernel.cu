// Four steps at once, as long as the last of them is not behind the end: but the end is no element.

extern "C" __global__ void saxpy(float a, const float* x, float* y, int n)
{
    const long long stride = gridDim.x * blockDim.x;
    long long i = blockIdx.x * blockDim.x + threadIdx.x;
    for (; i + 3 * stride <= n; i += 4 * stride)
        for (int k = 0; k < 4; k++)
            y[i + k * stride] += a * x[i + k * stride];
    for (; i < n; i += stride)
        y[i] += a * x[i];
}
