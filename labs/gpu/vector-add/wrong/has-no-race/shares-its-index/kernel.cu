// The mistake: one i for all threads of the grid, since it is a variable of the device.
__device__ int i;

extern "C" __global__ void vector_add(const float* a, const float* b, float* c, int n)
{
    i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n)
        c[i] = a[i] + b[i];
}
