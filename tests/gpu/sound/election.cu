// Lanes with the same key elect a leader, which writes for all.
// RUN: grid=1 block=64 in=64 out=64 n=64
extern "C" __global__ void kernel(const int* in, int* out, int n) {
    __shared__ int counts[8];
    int t = threadIdx.x, key = in[t] & 7;
    if (t < 8) counts[t] = 0;
    __syncthreads();
    unsigned same = __match_any_sync(0xffffffffu, key);
    if (__ffs(same) - 1 == (t & 31)) atomicAdd(&counts[key], __popc(same));
    __syncthreads();
    int expected = 0;
    for (int k = 0; k < n; ++k) expected += (in[k] & 7) == key;
    out[t] = counts[key] == expected;
}
