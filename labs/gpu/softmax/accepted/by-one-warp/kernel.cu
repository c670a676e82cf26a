// The first warp does it all, with no barrier and no shared memory; the others have nothing to do.

template <typename Operation>
__device__ float over_warp(float value, Operation operation)
{
    for (int mask = 1; mask < 32; mask *= 2)
        value = operation(value, __shfl_xor_sync(0xffffffffu, value, mask));
    return value;
}

extern "C" __global__ void softmax(const float* in, float* out, int rows, int cols)
{
    if (threadIdx.x >= 32 || blockIdx.x >= rows)
        return;
    const float* x = in + size_t(blockIdx.x) * cols;
    float* y = out + size_t(blockIdx.x) * cols;

    float largest = -INFINITY, sum = 0.0f;
    for (int i = threadIdx.x; i < cols; i += 32) {
        float value = x[i];
        if (value > largest) {
            sum *= __expf(largest - value);
            largest = value;
        }
        // Not a number, or equal to the largest, or below it; or -inf like all before it.
        if (value != -INFINITY)
            sum += __expf(value - largest);
    }
    const float all = over_warp(largest, [](float a, float b) { return fmaxf(a, b); });
    sum = over_warp(largest == all ? sum : sum * __expf(largest - all), [](float a, float b) { return a + b; });
    for (int i = threadIdx.x; i < cols; i += 32)
        y[i] = sum == 0.0f ? 0.0f : __expf(x[i] - all) / sum;
}
