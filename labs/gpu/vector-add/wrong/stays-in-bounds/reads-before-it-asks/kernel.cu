// The mistake: what is read is thrown away if there is no such element, and it was read all the same.
extern "C" __global__ void vector_add(const float* __restrict__ a, const float* __restrict__ b,
                                      float* __restrict__ c, int n)
{
    // The grid is rounded up to whole blocks: the last one has threads without an element.
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    float x = const_cast<const volatile float*>(a)[i];
    float y = const_cast<const volatile float*>(b)[i];
    if (i < n)
        c[i] = x + y;
}
