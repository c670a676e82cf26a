// out[i] = in[0] + ... + in[i - 1]: tiles of 1024, one element a thread, and a sum that is carried over.

constexpr int WARP = 32;
constexpr int THREADS = 1024;
constexpr unsigned ALL = 0xffffffffu;

// The inclusive prefix sum over the lanes of a warp. All of them have to come.
__device__ int scan_warp(int value)
{
    const int lane = threadIdx.x % WARP;
    for (int distance = 1; distance < WARP; distance *= 2) {
        int before = __shfl_up_sync(ALL, value, distance);
        if (lane >= distance)
            value += before;
    }
    return value;
}

extern "C" __global__ void __launch_bounds__(THREADS)
scan(const int* __restrict__ in, int* __restrict__ out, int n)
{
    __shared__ int sums[THREADS / WARP];
    const int lane = threadIdx.x % WARP, warp = threadIdx.x / WARP;
    int carry = 0;   // the sum of all tiles before this one: the same in every thread

    for (int first = 0; first < n; first += THREADS) {
        const int i = first + threadIdx.x;
        const int value = i < n ? in[i] : 0;

        int sum = scan_warp(value);
        if (lane == WARP - 1)
            sums[warp] = sum;
        __syncthreads();
        if (warp == 0)
            sums[lane] = scan_warp(sums[lane]);
        __syncthreads();

        if (i < n)
            out[i] = carry + (warp > 0 ? sums[warp - 1] : 0) + sum - value;
        carry += sums[THREADS / WARP - 1];
        // The next tile's sums go where these are still being read.
        __syncthreads();
    }
}
