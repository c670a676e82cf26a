// Votes for ten candidates: counted in common, and counted apart first.

const int CANDIDATES = 10;

// ANCHOR: common
extern "C" __global__ void count(const int* votes, int* counts, int n)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) {
        atomicAdd(&counts[votes[i]], 1);
    }
}
// ANCHOR_END: common

// ANCHOR: private
extern "C" __global__ void count_apart(const int* votes, int* counts, int n)
{
    __shared__ int mine[CANDIDATES];
    for (int at = threadIdx.x; at < CANDIDATES; at += blockDim.x) {
        mine[at] = 0;
    }
    __syncthreads();
    for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n;
         i += gridDim.x * blockDim.x) {
        atomicAdd(&mine[votes[i]], 1);
    }
    __syncthreads();
    for (int at = threadIdx.x; at < CANDIDATES; at += blockDim.x) {
        if (mine[at] != 0) {
            atomicAdd(&counts[at], mine[at]);
        }
    }
}
// ANCHOR_END: private
