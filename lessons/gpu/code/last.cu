// The block that comes last adds up what all blocks have left.

// ANCHOR: last
__device__ unsigned finished;

extern "C" __global__ void sum_in_one_launch(const float* in, float* part,
                                             float* out, int n)
{
    __shared__ bool is_last;
    float sum = 0.0f;
    if (threadIdx.x == 0) {
        int first = blockIdx.x * blockDim.x;
        for (int i = first; i < first + (int)blockDim.x && i < n; i++) {
            sum += in[i];
        }
        part[blockIdx.x] = sum;
        __threadfence();
        unsigned before = atomicAdd(&finished, 1);
        is_last = before == gridDim.x - 1;
    }
    __syncthreads();
    if (is_last && threadIdx.x == 0) {
        __threadfence();
        sum = 0.0f;
        for (unsigned block = 0; block < gridDim.x; block++) {
            sum += part[block];
        }
        *out = sum;
        finished = 0;
    }
}
// ANCHOR_END: last
