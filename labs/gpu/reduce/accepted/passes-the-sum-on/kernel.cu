// Blocks pass the running sum on, one to the next, in the order in which they began. Whoever has taken a sum
// puts the flag back by an ordinary store: nobody else looks at it any more.

__device__ unsigned begun;
__device__ float passed[4096];
__device__ int is_passed[4096];

extern "C" __global__ void reduce(const float* in, float* out, int n)
{
    __shared__ unsigned place;
    __shared__ float sums[32];
    if (threadIdx.x == 0)
        place = atomicAdd(&begun, 1u);
    __syncthreads();

    float sum = 0.0f;
    for (unsigned i = place * blockDim.x + threadIdx.x; i < n; i += blockDim.x * gridDim.x)
        sum += in[i];
    for (int distance = 16; distance > 0; distance /= 2)
        sum += __shfl_down_sync(~0u, sum, distance);
    if (threadIdx.x % 32 == 0)
        sums[threadIdx.x / 32] = sum;
    __syncthreads();
    if (threadIdx.x > 0)
        return;

    sum = 0.0f;
    for (unsigned warp = 0; warp < blockDim.x / 32; warp++)
        sum += sums[warp];
    if (place > 0) {
        while (__ldcv(&is_passed[place - 1]) == 0) {
        }
        __threadfence();
        sum += __ldcg(&passed[place - 1]);
        is_passed[place - 1] = 0;
    }
    if (place < gridDim.x - 1) {
        __stcg(&passed[place], sum);
        __threadfence();
        atomicExch(&is_passed[place], 1);
    } else {
        *out = sum;
        begun = 0;
    }
}
