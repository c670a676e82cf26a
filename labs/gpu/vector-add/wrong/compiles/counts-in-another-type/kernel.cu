// The mistake: n is not an int.
extern "C" __global__ void vector_add(const float* __restrict__ a, const float* __restrict__ b,
                                      float* __restrict__ c, size_t n)
{
    // The grid is rounded up to whole blocks: the last one has threads without an element.
    size_t i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n)
        c[i] = a[i] + b[i];
}
