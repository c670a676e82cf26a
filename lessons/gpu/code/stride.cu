// Any n with any grid.

// ANCHOR: stride
extern "C" __global__ void scale(float* x, float factor, size_t n)
{
    size_t first = (size_t)blockIdx.x * blockDim.x + threadIdx.x;
    size_t step = (size_t)gridDim.x * blockDim.x;
    for (size_t i = first; i < n; i += step) {
        x[i] *= factor;
    }
}
// ANCHOR_END: stride

// ANCHOR: chunks
extern "C" __global__ void scale_chunks(float* x, float factor, int n)
{
    int threads = gridDim.x * blockDim.x;
    int each = (n + threads - 1) / threads;
    int first = (blockIdx.x * blockDim.x + threadIdx.x) * each;
    for (int i = first; i < first + each && i < n; i++) {
        x[i] *= factor;
    }
}
// ANCHOR_END: chunks
