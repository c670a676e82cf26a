// The last thread has the first element. Neighbours still meet in the same sectors.

extern "C" __global__ void vector_add(const float* a, const float* b, float* c, int n)
{
    int threads = gridDim.x * blockDim.x;
    int i = threads - 1 - int(blockIdx.x * blockDim.x + threadIdx.x);
    if (i < n)
        c[i] = a[i] + b[i];
}
