// Each atomic operation, on int, unsigned and 64 bits, in global and in shared memory.
extern "C" __global__ void atomics_global(const int* in, int* s, unsigned* u, unsigned long long* w, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    int x = in[i];
    atomicAdd(&s[0], x);
    atomicSub(&s[1], x);
    atomicMin(&s[2], x);
    atomicMax(&s[3], x);
    atomicAnd(&s[4], x | 0xff);
    atomicOr(&s[5], x & 0xff00);
    atomicXor(&s[6], x);
    atomicMin(&u[0], (unsigned)x);
    atomicMax(&u[1], (unsigned)x);
    atomicInc(&u[2], 6u);
    atomicDec(&u[3], 9u);
    atomicAdd(&u[4], 3u);
    atomicAdd(&w[0], (unsigned long long)(unsigned)x * 65537u);
    atomicMax(&w[1], (unsigned long long)(unsigned)x << 20);
    atomicMin(&w[2], (unsigned long long)(unsigned)x << 20);
    atomicAnd(&w[3], ~(1ull << (x & 63)));
    atomicOr(&w[4], 1ull << (x & 63));
    atomicXor(&w[5], 1ull << (x & 63));
}

extern "C" __global__ void atomics_shared(const int* in, int* out, int n) {
    __shared__ int s[7];
    __shared__ unsigned u[4];
    __shared__ unsigned long long w[2];
    int t = threadIdx.x;
    if (t < 7) s[t] = t == 4 ? -1 : 0;
    if (t < 4) u[t] = t == 0 ? 0xffffffffu : 0;
    if (t < 2) w[t] = 0;
    __syncthreads();
    for (int i = t; i < n; i += blockDim.x) {
        int x = in[i];
        atomicAdd(&s[0], x);
        atomicSub(&s[1], x);
        atomicMin(&s[2], x);
        atomicMax(&s[3], x);
        atomicAnd(&s[4], x | 0xff);
        atomicOr(&s[5], x & 0xff00);
        atomicXor(&s[6], x);
        atomicMin(&u[0], (unsigned)x);
        atomicMax(&u[1], (unsigned)x);
        atomicInc(&u[2], 6u);
        atomicDec(&u[3], 9u);
        atomicAdd(&w[0], (unsigned long long)(unsigned)x);
        atomicMax(&w[1], (unsigned long long)(unsigned)x);
    }
    __syncthreads();
    if (t < 7) out[t] = s[t];
    if (t < 4) out[7 + t] = (int)u[t];
    if (t < 2) {
        out[11 + 2 * t] = (int)w[t];
        out[12 + 2 * t] = (int)(w[t] >> 32);
    }
}

// What an atomic returns: each ticket is given out once.
extern "C" __global__ void tickets(unsigned* next, int* last, unsigned long long* wide, unsigned* taken, int* chain,
                                   unsigned long long* far, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    taken[i] = atomicAdd(next, 1u);
    chain[i] = atomicExch(last, i);
    far[i] = atomicAdd(wide, 1ull << 33);
}

extern "C" __global__ void float_sums(const float* in, float* sums, double* wide, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    __shared__ float part;
    if (threadIdx.x == 0) part = 0.0f;
    __syncthreads();
    if (i < n) {
        atomicAdd(&sums[0], in[i]);
        atomicAdd(&wide[0], (double)in[i]);
        atomicAdd(&part, in[i]);
        atomicExch(&sums[2], 2.5f);
    }
    __syncthreads();
    if (threadIdx.x == 0) atomicAdd(&sums[1], part);
}

// Scopes: what only this block, or also the host, must see as atomic.
extern "C" __global__ void scopes(int* counters, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    atomicAdd_system(&counters[0], 1);
    atomicAdd_block(&counters[1 + blockIdx.x], 2);
}
