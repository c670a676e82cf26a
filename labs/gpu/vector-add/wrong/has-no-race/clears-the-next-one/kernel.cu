// The mistake: each thread clears the element behind its own, at whatever time.
extern "C" __global__ void vector_add(const float* __restrict__ a, const float* __restrict__ b,
                                      float* __restrict__ c, int n)
{
    // The grid is rounded up to whole blocks: the last one has threads without an element.
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) {
        if (i + 1 < n)
            c[i + 1] = 0.0f;
        c[i] = a[i] + b[i];
    }
}
