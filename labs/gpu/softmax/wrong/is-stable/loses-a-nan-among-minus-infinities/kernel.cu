// The maximum is that of two numbers by `>`, and a number is never above NaN, nor NaN above a number: a row of
// NaN and nothing but -inf is taken for one without numbers.

__device__ float larger(float a, float b)
{
    return b > a ? b : a;
}

extern "C" __global__ void softmax(const float* in, float* out, int rows, int cols)
{
    __shared__ float largest_of[32], sum_of[32];
    const int lane = threadIdx.x % 32, warp = threadIdx.x / 32, warps = blockDim.x / 32;
    for (int row = blockIdx.x; row < rows; row += gridDim.x) {
        const float* x = in + row * cols;
        float* y = out + row * cols;
        float largest = -INFINITY;
        for (int i = threadIdx.x; i < cols; i += blockDim.x)
            largest = larger(largest, x[i]);
        for (int mask = 16; mask > 0; mask /= 2)
            largest = larger(largest, __shfl_xor_sync(0xffffffffu, largest, mask));
        if (lane == 0)
            largest_of[warp] = largest;
        __syncthreads();
        for (int other = 0; other < warps; other++)
            largest = larger(largest, largest_of[other]);

        if (largest == -INFINITY) {
            for (int i = threadIdx.x; i < cols; i += blockDim.x)
                y[i] = 0.0f;
            __syncthreads();
            continue;
        }
        float sum = 0.0f;
        for (int i = threadIdx.x; i < cols; i += blockDim.x)
            sum += expf(x[i] - largest);
        for (int mask = 16; mask > 0; mask /= 2)
            sum += __shfl_xor_sync(0xffffffffu, sum, mask);
        if (lane == 0)
            sum_of[warp] = sum;
        __syncthreads();
        sum = 0.0f;
        for (int other = 0; other < warps; other++)
            sum += sum_of[other];
        for (int i = threadIdx.x; i < cols; i += blockDim.x)
            y[i] = expf(x[i] - largest) / sum;
        __syncthreads();
    }
}
