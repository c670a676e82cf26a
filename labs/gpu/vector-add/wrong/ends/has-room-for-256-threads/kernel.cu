// The mistake: the compiler is told that blocks have 256 threads at most, and a launch has more.
extern "C" __global__ void __launch_bounds__(256)
vector_add(const float* __restrict__ a, const float* __restrict__ b,
           float* __restrict__ c, int n)
{
    // The grid is rounded up to whole blocks: the last one has threads without an element.
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n)
        c[i] = a[i] + b[i];
}
