// The mistake: the stride is the whole blocks that fit into n: none, where n is less than a block.
extern "C" __global__ void vector_add(const float* a, const float* b, float* c, int n)
{
    int stride = n / blockDim.x * blockDim.x;
    for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride)
        const_cast<volatile float*>(c)[i] = a[i] + b[i];
}
