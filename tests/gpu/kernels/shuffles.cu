// Shuffles: each mode, several widths, each type; a reduction and a scan within a warp.
#define RESULT(k, value) out[(k) * blockDim.x * gridDim.x + i] = (value)
#define ALL 0xffffffffu

extern "C" __global__ void shuffles(const int* in, int* out) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    int x = in[i], lane = threadIdx.x & 31;
    RESULT(0, __shfl_sync(ALL, x, 5));
    RESULT(1, __shfl_sync(ALL, x, lane * 7));
    RESULT(2, __shfl_up_sync(ALL, x, 1));
    RESULT(3, __shfl_down_sync(ALL, x, 3));
    RESULT(4, __shfl_xor_sync(ALL, x, 16));
    RESULT(5, __shfl_sync(ALL, x, lane + 1, 8));
    RESULT(6, __shfl_up_sync(ALL, x, 2, 16));
    RESULT(7, __shfl_down_sync(ALL, x, 1, 4));
    RESULT(8, __shfl_xor_sync(ALL, x, 3, 8));
    int half = 0;
    if (lane < 16) half = __shfl_xor_sync(0xffffu, x, 1);
    RESULT(9, half);
    int odd = 0;
    if (lane & 1) odd = __shfl_sync(0xaaaaaaaau, x, 31);
    RESULT(10, odd);
}

extern "C" __global__ void wide_shuffles(const double* in, const long long* numbers, double* out, long long* turned,
                                         float* last) {
    int i = threadIdx.x;
    double sum = in[i];
    for (int step = 16; step > 0; step /= 2) sum += __shfl_down_sync(ALL, sum, step);
    out[i] = __shfl_sync(ALL, sum, 0);
    turned[i] = __shfl_sync(ALL, numbers[i], 31 - i);
    last[i] = __shfl_up_sync(ALL, (float)in[i], 4);
}

// The predicate of shfl.sync: whether the source lane was inside of the segment.
extern "C" __global__ void inside(int* out) {
    int value, found;
    asm volatile("{ .reg .pred p; shfl.sync.down.b32 %0|p, %2, 3, 0x1f, 0xffffffff; selp.s32 %1, 1, 0, p; }"
                 : "=r"(value), "=r"(found)
                 : "r"((int)threadIdx.x * 2));
    out[threadIdx.x] = found ? value : -1;
}

extern "C" __global__ void scan_warp(const int* in, int* out, int* sums) {
    __shared__ int totals[32];
    int i = blockIdx.x * blockDim.x + threadIdx.x, lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
    int x = in[i];
    for (int step = 1; step < 32; step *= 2) {
        int before = __shfl_up_sync(ALL, x, step);
        if (lane >= step) x += before;
    }
    if (lane == 31) totals[warp] = x;
    __syncthreads();
    if (warp == 0) {
        int total = lane < blockDim.x / 32 ? totals[lane] : 0;
        for (int step = 1; step < 32; step *= 2) {
            int before = __shfl_up_sync(ALL, total, step);
            if (lane >= step) total += before;
        }
        totals[lane] = total;
    }
    __syncthreads();
    if (warp > 0) x += totals[warp - 1];
    out[i] = x;
    if (threadIdx.x == blockDim.x - 1) sums[blockIdx.x] = x;
}
