// The mistake: one sum for all threads of a block, since it is shared.
extern "C" __global__ void vector_add(const float* __restrict__ a, const float* __restrict__ b,
                                      float* __restrict__ c, int n)
{
    // The grid is rounded up to whole blocks: the last one has threads without an element.
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    __shared__ float sum;
    if (i < n) {
        sum = a[i] + b[i];
        c[i] = sum;
    }
}
