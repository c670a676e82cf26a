// The mean of each element and the one before it: a barrier for one thread, and one for all.

// ANCHOR: branch
extern "C" __global__ void smooth(const float* x, float* out, int n)
{
    __shared__ float row[257];
    int i = blockIdx.x * 256 + threadIdx.x;
    if (i < n) {
        row[threadIdx.x + 1] = x[i];
        if (threadIdx.x == 0) {
            row[0] = i > 0 ? x[i - 1] : x[i];
            __syncthreads();
        }
        out[i] = 0.5f * (row[threadIdx.x] + row[threadIdx.x + 1]);
    }
}
// ANCHOR_END: branch

// ANCHOR: outside
extern "C" __global__ void smooth_right(const float* x, float* out, int n)
{
    __shared__ float row[257];
    int i = blockIdx.x * 256 + threadIdx.x;
    if (i < n) {
        row[threadIdx.x + 1] = x[i];
        if (threadIdx.x == 0) {
            row[0] = i > 0 ? x[i - 1] : x[i];
        }
    }
    __syncthreads();
    if (i < n) {
        out[i] = 0.5f * (row[threadIdx.x] + row[threadIdx.x + 1]);
    }
}
// ANCHOR_END: outside
