// The mistake: a block of 64 threads has 64 numbers for each of them where a row has 4096.

extern "C" __global__ void softmax(const float* in, float* out, int rows, int cols)
{
    __shared__ float largest_of[32], sum_of[32];
    const int lane = threadIdx.x % 32, warp = threadIdx.x / 32, warps = blockDim.x / 32;
    for (int row = blockIdx.x; row < rows; row += gridDim.x) {
        float mine[48];
        int count = 0;
        float largest = -INFINITY;
        for (int i = threadIdx.x; i < cols; i += blockDim.x) {
            mine[count] = in[row * cols + i];
            largest = fmaxf(largest, mine[count++]);
        }
        for (int mask = 16; mask > 0; mask /= 2)
            largest = fmaxf(largest, __shfl_xor_sync(0xffffffffu, largest, mask));
        if (lane == 0)
            largest_of[warp] = largest;
        __syncthreads();
        for (int other = 0; other < warps; other++)
            largest = fmaxf(largest, largest_of[other]);

        const bool is_nothing = largest == -INFINITY;
        float sum = 0.0f;
        for (int k = 0; k < count; k++) {
            mine[k] = is_nothing && mine[k] == -INFINITY ? 0.0f : expf(mine[k] - largest);
            sum += mine[k];
        }
        for (int mask = 16; mask > 0; mask /= 2)
            sum += __shfl_xor_sync(0xffffffffu, sum, mask);
        if (lane == 0)
            sum_of[warp] = sum;
        __syncthreads();
        sum = 0.0f;
        for (int other = 0; other < warps; other++)
            sum += sum_of[other];

        const float scale = sum == 0.0f ? 0.0f : 1.0f / sum;
        for (int k = 0; k < count; k++)
            out[row * cols + threadIdx.x + k * blockDim.x] = mine[k] * scale;
        __syncthreads();
    }
}
