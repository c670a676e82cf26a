// The mistake: one pass for the maximum, one for the sum, and one for the quotients.
__device__ float over_block(float value, float* scratch, bool is_maximum)
{
    scratch[threadIdx.x] = value;
    __syncthreads();
    int width = 1;
    while (2 * width < int(blockDim.x))
        width *= 2;
    for (; width > 0; width /= 2) {
        if (threadIdx.x < width && threadIdx.x + width < blockDim.x) {
            float a = scratch[threadIdx.x], b = scratch[threadIdx.x + width];
            scratch[threadIdx.x] = is_maximum ? fmaxf(a, b) : a + b;
        }
        __syncthreads();
    }
    float result = scratch[0];
    __syncthreads();
    return result;
}

extern "C" __global__ void softmax(const float* in, float* out, int rows, int cols)
{
    __shared__ float scratch[1024];
    if (blockIdx.x >= rows)
        return;
    const float* x = in + blockIdx.x * cols;
    float* y = out + blockIdx.x * cols;

    float largest = -INFINITY;
    for (int i = threadIdx.x; i < cols; i += blockDim.x)
        largest = fmaxf(largest, x[i]);
    largest = over_block(largest, scratch, true);
    if (largest == -INFINITY)
        largest = 0.0f;
    float sum = 0.0f;
    for (int i = threadIdx.x; i < cols; i += blockDim.x)
        sum += expf(x[i] - largest);
    sum = over_block(sum, scratch, false);
    if (sum == 0.0f)
        sum = 1.0f;
    for (int i = threadIdx.x; i < cols; i += blockDim.x)
        y[i] = expf(x[i] - largest) / sum;
}
