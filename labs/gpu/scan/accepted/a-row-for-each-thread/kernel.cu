// Each thread has a part of the whole for itself: it adds it up, the block scans the 1024 sums, and then
// it goes through its part again. Three barriers, whatever n is; its loads are far apart.

template <typename T>
__device__ T exclusive(T mine, T* sums)
{
    const int thread = threadIdx.x;
    sums[thread] = mine;
    __syncthreads();
    T before = 0;
    if (thread < 32) {
        T row = 0;
        for (int k = 0; k < 32; k++)
            row += sums[32 * thread + k];
        T sum = row;
        for (int distance = 1; distance < 32; distance *= 2) {
            T other = __shfl_up_sync(0xffffffffu, sum, distance);
            sum += thread >= distance ? other : 0;
        }
        T running = sum - row;
        for (int k = 0; k < 32; k++) {
            T value = sums[32 * thread + k];
            sums[32 * thread + k] = running;
            running += value;
        }
    }
    __syncthreads();
    before = sums[thread];
    return before;
}

extern "C" __global__ void scan(const int* in, int* out, int n)
{
    __shared__ int sums[1024];
    const int part = (n + 1023) / 1024;
    const int begin = min(n, part * int(threadIdx.x)), end = min(n, begin + part);
    int sum = 0;
    for (int i = begin; i < end; i++)
        sum += in[i];
    int running = exclusive(sum, sums);
    for (int i = begin; i < end; i++) {
        out[i] = running;
        running += in[i];
    }
}
