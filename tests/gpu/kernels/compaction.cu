// Atomics of a whole warp: one lane adds for all, each takes its place by counting bits.
__device__ int place(int* counter) {
    unsigned active = __activemask();
    int leader = __ffs(active) - 1, lane = threadIdx.x & 31;
    int base = 0;
    if (lane == leader) base = atomicAdd(counter, __popc(active));
    base = __shfl_sync(active, base, leader);
    return base + __popc(active & ((1u << lane) - 1));
}

extern "C" __global__ void compaction(const int* in, int* out, int* counter, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n && in[i] > 0) out[place(counter)] = in[i];
}

extern "C" __global__ void by_ballot(const int* in, int* out, int* counter, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x, lane = threadIdx.x & 31;
    bool keep = i < n && in[i] % 3 == 0;
    unsigned kept = __ballot_sync(0xffffffffu, keep);
    int base = 0;
    if (lane == 0 && kept) base = atomicAdd(counter, __popc(kept));
    base = __shfl_sync(0xffffffffu, base, 0);
    if (keep) out[base + __popc(kept & ((1u << lane) - 1))] = in[i];
}
