// The mistake: the next row is the same one.
constexpr int WARP = 32;
constexpr unsigned ALL = 0xffffffffu;

// Of some numbers: the largest, and the sum of exp(number - largest). Of none: -inf and 0.
struct Sum {
    float largest;
    float sum;
};

// exp(x - largest), where both may be -inf: a number that is not above the largest counts 0 then.
__device__ float scaled(float x, float largest)
{
    return x == -INFINITY ? 0.0f : expf(x - largest);
}

__device__ Sum both(Sum a, Sum b)
{
    float largest = fmaxf(a.largest, b.largest);
    return {largest, a.sum * scaled(a.largest, largest) + b.sum * scaled(b.largest, largest)};
}

// The sum over the lanes of a warp, in each of them.
__device__ Sum warp_sum(Sum mine)
{
    for (int mask = WARP / 2; mask > 0; mask /= 2) {
        Sum other = {__shfl_xor_sync(ALL, mine.largest, mask), __shfl_xor_sync(ALL, mine.sum, mask)};
        mine = both(mine, other);
    }
    return mine;
}

extern "C" __global__ void __launch_bounds__(1024)
softmax(const float* __restrict__ in, float* __restrict__ out, int rows, int cols)
{
    __shared__ Sum sums[1024 / WARP];
    const int lane = threadIdx.x % WARP, warp = threadIdx.x / WARP;

    // A block may get more rows than one, and a grid may have more blocks than there are rows.
    for (int row = blockIdx.x; row < rows; row += blockDim.y - 1) {
        const float* x = in + size_t(row) * cols;
        float* y = out + size_t(row) * cols;

        Sum sum = {-INFINITY, 0.0f};
        for (int i = threadIdx.x; i < cols; i += blockDim.x)
            sum = both(sum, {x[i], 1.0f});

        sum = warp_sum(sum);
        if (lane == 0)
            sums[warp] = sum;
        __syncthreads();
        sum = lane < blockDim.x / WARP ? sums[lane] : Sum{-INFINITY, 0.0f};
        sum = warp_sum(sum);

        // A row of nothing but -inf has a sum of 0, and all of its results are 0.
        const float scale = sum.sum == 0.0f ? 0.0f : 1.0f / sum.sum;
        for (int i = threadIdx.x; i < cols; i += blockDim.x)
            y[i] = scaled(x[i], sum.largest) * scale;
        __syncthreads();
    }
}
