// The mistake: lanes with the same byte are counted at once, but still in global memory.
extern "C" __global__ void histogram(const unsigned char* in, unsigned* bins, int n)
{
    for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) {
        unsigned same = __match_any_sync(__activemask(), unsigned(in[i]));
        if (__ffs(same) - 1 == int(threadIdx.x % 32))
            atomicAdd(&bins[in[i]], unsigned(__popc(same)));
    }
}
