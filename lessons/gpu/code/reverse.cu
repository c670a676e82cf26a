// Each block turns its own piece round, through shared memory.

// ANCHOR: stale
extern "C" __global__ void reverse(float* x, int n)
{
    __shared__ float piece[256];
    int i = blockIdx.x * 256 + threadIdx.x;
    if (i < n) {
        piece[threadIdx.x] = x[i];
    }
    __syncthreads();
    if (i < n) {
        x[i] = piece[255 - threadIdx.x];
    }
}
// ANCHOR_END: stale

// ANCHOR: right
extern "C" __global__ void reverse_right(float* x, int n)
{
    __shared__ float piece[256];
    int first = blockIdx.x * 256;
    int here = min(256, n - first);
    if ((int)threadIdx.x < here) {
        piece[threadIdx.x] = x[first + threadIdx.x];
    }
    __syncthreads();
    if ((int)threadIdx.x < here) {
        x[first + threadIdx.x] = piece[here - 1 - threadIdx.x];
    }
}
// ANCHOR_END: right
