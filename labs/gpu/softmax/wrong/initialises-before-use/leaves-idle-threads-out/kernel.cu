// The mistake: a thread without a number puts nothing down, and is asked all the same.
__device__ float combine(float a, float b, bool is_maximum) { return is_maximum ? fmaxf(a, b) : a + b; }

// The maximum or the sum over the block, in each thread of it.
__device__ float over_block(float value, float* scratch, bool is_maximum)
{
    if (value != -INFINITY && value != 0.0f)
        scratch[threadIdx.x] = value;
    __syncthreads();
    int width = 1;
    while (2 * width < int(blockDim.x))
        width *= 2;
    for (; width > 0; width /= 2) {
        if (threadIdx.x < width && threadIdx.x + width < blockDim.x)
            scratch[threadIdx.x] =
                combine(scratch[threadIdx.x], scratch[threadIdx.x + width], is_maximum);
        __syncthreads();
    }
    float result = scratch[0];
    __syncthreads();
    return result;
}

extern "C" __global__ void softmax(const float* in, float* out, int rows, int cols)
{
    __shared__ float row[4096], scratch[1024];
    if (blockIdx.x >= rows)
        return;
    const float* x = in + blockIdx.x * cols;
    float* y = out + blockIdx.x * cols;

    float largest = -INFINITY;
    for (int i = threadIdx.x; i < cols; i += blockDim.x) {
        row[i] = x[i];
        largest = fmaxf(largest, row[i]);
    }
    largest = over_block(largest, scratch, true);
    // In a row of nothing but -inf, nothing is taken off.
    if (largest == -INFINITY)
        largest = 0.0f;

    float sum = 0.0f;
    for (int i = threadIdx.x; i < cols; i += blockDim.x) {
        row[i] = expf(row[i] - largest);
        sum += row[i];
    }
    sum = over_block(sum, scratch, false);
    if (sum == 0.0f)
        sum = 1.0f;
    for (int i = threadIdx.x; i < cols; i += blockDim.x)
        y[i] = row[i] / sum;
}
