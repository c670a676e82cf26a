// The mistake: the number within the block is compared with n, and not the one within the grid.
extern "C" __global__ void vector_add(const float* __restrict__ a, const float* __restrict__ b,
                                      float* __restrict__ c, int n)
{
    // The grid is rounded up to whole blocks: the last one has threads without an element.
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (threadIdx.x < n)
        c[i] = a[i] + b[i];
}
