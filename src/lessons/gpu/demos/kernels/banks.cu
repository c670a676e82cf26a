extern "C" __global__ void strided(int* out, int stride) {
    __shared__ int words[32 * 33];
    for (int at = threadIdx.x; at < 32 * 33; at += 32) {
        words[at] = at;
    }
    __syncthreads();
    out[threadIdx.x] = words[threadIdx.x * stride];
}
