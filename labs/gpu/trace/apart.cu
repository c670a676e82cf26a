// Counts kinds apart in each block, and adds up what is not zero; `run` neighbours are of one kind.

const int KINDS = 16;

extern "C" __global__ void apart(int* counts, int run, int n)
{
    __shared__ int mine[KINDS];
    if (threadIdx.x < KINDS) {
        mine[threadIdx.x] = 0;
    }
    __syncthreads();
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) {
        atomicAdd(&mine[i / run % KINDS], 1);
    }
    __syncthreads();
    if (threadIdx.x < KINDS && mine[threadIdx.x] != 0) {
        atomicAdd(&counts[threadIdx.x], mine[threadIdx.x]);
    }
}
