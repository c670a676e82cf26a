// Barriers that count, barriers for a part of the block, arriving without waiting.
extern "C" __global__ void counted(const int* in, int* out) {
    int t = threadIdx.x;
    out[t] = __syncthreads_count(in[t] & 1);
    out[blockDim.x + t] = __syncthreads_and(in[t] < 100) != 0;
    out[2 * blockDim.x + t] = __syncthreads_or(in[t] == 42) != 0;
}

// Warps 0 and 1 meet at barrier 1 while the others meet at barrier 2.
extern "C" __global__ void named(int* out) {
    __shared__ int cells[128];
    int t = threadIdx.x;
    cells[t] = t * 3;
    if (t < 64) {
        asm volatile("bar.sync 1, 64;" ::: "memory");
        out[t] = cells[63 - t];
    } else {
        asm volatile("bar.sync 2, 64;" ::: "memory");
        out[t] = cells[64 + 127 - t];
    }
}

// Warp 0 produces, warp 1 consumes; the producer does not wait for "full".
extern "C" __global__ void handed_over(const int* in, int* out, int rounds) {
    __shared__ int cells[32];
    int t = threadIdx.x & 31;
    if (threadIdx.x < 32) {
        for (int round = 0; round < rounds; ++round) {
            asm volatile("bar.sync 1, 64;" ::: "memory");  // empty
            cells[t] = in[round * 32 + t];
            asm volatile("bar.arrive 2, 64;" ::: "memory");  // full
        }
    } else {
        for (int round = 0; round < rounds; ++round) {
            asm volatile("bar.arrive 1, 64;" ::: "memory");
            asm volatile("bar.sync 2, 64;" ::: "memory");
            out[round * 32 + t] = cells[31 - t] + 1;
        }
    }
}

// A tree in shared memory, and the same with __syncwarp once a warp is enough.
extern "C" __global__ void tree(const int* in, int* out) {
    __shared__ int cells[128];
    int t = threadIdx.x;
    cells[t] = in[blockIdx.x * blockDim.x + t];
    __syncthreads();
    for (int half = blockDim.x / 2; half > 32; half /= 2) {
        if (t < half) cells[t] += cells[t + half];
        __syncthreads();
    }
    if (t < 32) {
        int x = cells[t] + cells[t + 32];
        __syncwarp();
        cells[t] = x;
        __syncwarp();
        for (int half = 16; half > 0; half /= 2) {
            if (t < half) x += cells[t + half];
            __syncwarp();
            cells[t] = x;
            __syncwarp();
        }
    }
    if (t == 0) out[blockIdx.x] = cells[0];
}
