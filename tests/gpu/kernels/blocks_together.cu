// Blocks that depend on each other: a lock, the last block, a look-back, a barrier over the grid.
__device__ int lock_word = 0;
__device__ unsigned finished = 0;

// CUDA C++ Programming Guide, "Memory Fence Functions": a fence on both sides of the critical section.
extern "C" __global__ void with_lock(int* shared_count, int* log, int rounds) {
    if (threadIdx.x != 0) return;
    for (int round = 0; round < rounds; ++round) {
        while (atomicCAS(&lock_word, 0, 1) != 0) {
        }
        __threadfence();
        int at = *shared_count;
        log[at] = blockIdx.x;
        *shared_count = at + 1;
        __threadfence();
        atomicExch(&lock_word, 0);
    }
}

// Every thread of a warp wants the same lock: the owner must be let on although others spin.
extern "C" __global__ void lock_in_warp(int* count, int* lock) {
    bool done = false;
    while (!done) {
        if (atomicCAS(lock, 0, 1) == 0) {
            __threadfence();
            *count = *count + 1;
            __threadfence();
            atomicExch(lock, 0);
            done = true;
        }
    }
}

extern "C" __global__ void last_block(const int* in, int n, volatile int* partial, int* out) {
    __shared__ int cells[64];
    __shared__ bool is_last;
    int t = threadIdx.x, sum = 0;
    for (int i = blockIdx.x * blockDim.x + t; i < n; i += gridDim.x * blockDim.x) sum += in[i];
    cells[t] = sum;
    __syncthreads();
    for (int half = 32; half > 0; half /= 2) {
        if (t < half) cells[t] += cells[t + half];
        __syncthreads();
    }
    if (t == 0) {
        partial[blockIdx.x] = cells[0];
        __threadfence();
        is_last = atomicInc(&finished, gridDim.x - 1) == gridDim.x - 1;
    }
    __syncthreads();
    if (is_last && t == 0) {
        int total = 0;
        for (unsigned block = 0; block < gridDim.x; ++block) total += partial[block];
        *out = total;
    }
}

// A scan in one pass: a block looks back until it meets a block that knows its whole prefix.
__device__ unsigned next_tile = 0;

extern "C" __global__ void look_back(const int* in, int* out, int n, volatile int* sums, volatile int* prefixes,
                                     volatile int* state) {
    __shared__ int cells[64];
    __shared__ int tile, before;
    int t = threadIdx.x;
    if (t == 0) tile = atomicAdd(&next_tile, 1u);
    __syncthreads();
    int i = tile * 64 + t;
    cells[t] = i < n ? in[i] : 0;
    __syncthreads();
    for (int step = 1; step < 64; step *= 2) {
        int other = t >= step ? cells[t - step] : 0;
        __syncthreads();
        cells[t] += other;
        __syncthreads();
    }
    if (t == 0) {
        int total = cells[63];
        if (tile == 0) {
            prefixes[0] = total;
            __threadfence();
            state[0] = 2;
            before = 0;
        } else {
            sums[tile] = total;
            __threadfence();
            state[tile] = 1;
            int sum = 0;
            for (int look = tile - 1; look >= 0;) {
                int seen = state[look];
                if (seen == 0) continue;
                __threadfence();
                if (seen == 2) {
                    sum += prefixes[look];
                    break;
                }
                sum += sums[look--];
            }
            prefixes[tile] = sum + total;
            __threadfence();
            state[tile] = 2;
            before = sum;
        }
    }
    __syncthreads();
    if (i < n) out[i] = before + cells[t];
}

// A barrier over all blocks: arrive, then wait for the generation to change.
__device__ unsigned arrived = 0;

extern "C" __global__ void over_the_grid(int* cells, int* out) {
    int t = threadIdx.x;
    cells[blockIdx.x * blockDim.x + t] = blockIdx.x * 100 + t;
    __syncthreads();
    if (t == 0) {
        __threadfence();
        atomicAdd(&arrived, 1u);
        while (atomicAdd(&arrived, 0u) < gridDim.x) {
        }
        __threadfence();
    }
    __syncthreads();
    unsigned next = (blockIdx.x + 1) % gridDim.x;
    out[blockIdx.x * blockDim.x + t] = cells[next * blockDim.x + t];
}
