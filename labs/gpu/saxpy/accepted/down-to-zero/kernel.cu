// From the end to the beginning, with an index of 64 bits.

template <typename T>
__device__ void scale_and_add(T a, const T* x, T* y, long n)
{
    const long stride = long(gridDim.x) * blockDim.x;
    for (long i = n - 1 - (long(blockIdx.x) * blockDim.x + threadIdx.x); i >= 0; i -= stride)
        y[i] = a * x[i] + y[i];
}

extern "C" __global__ void saxpy(float a, const float* x, float* y, int n)
{
    scale_and_add<float>(a, x, y, n);
}
