// Loads of sixteen bytes, four sums a thread, and the rest by the first threads of the grid; the block's
// sums by way of an atomic addition in shared memory for each warp.

extern "C" __global__ void reduce(const float* in, float* out, int n)
{
    __shared__ float block_sum;
    if (threadIdx.x == 0)
        block_sum = 0.0f;
    __syncthreads();

    const int thread = blockIdx.x * blockDim.x + threadIdx.x;
    const int threads = gridDim.x * blockDim.x;
    float4 sums = make_float4(0.0f, 0.0f, 0.0f, 0.0f);
    for (int i = thread; i < n / 4; i += threads) {
        float4 v = reinterpret_cast<const float4*>(in)[i];
        sums.x += v.x;
        sums.y += v.y;
        sums.z += v.z;
        sums.w += v.w;
    }
    float sum = (sums.x + sums.y) + (sums.z + sums.w);
    for (int i = n / 4 * 4 + thread; i < n; i += threads)
        sum += in[i];

    for (int distance = 16; distance > 0; distance /= 2)
        sum += __shfl_down_sync(0xffffffffu, sum, distance);
    if (threadIdx.x % 32 == 0)
        atomicAdd(&block_sum, sum);
    __syncthreads();
    if (threadIdx.x == 0)
        atomicAdd(out, block_sum);
}
