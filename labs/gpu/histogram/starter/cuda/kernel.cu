// histogram: bins[v] += how often the byte v is among in[0] to in[n - 1]. The 256 bins are zero before.
//
// This starter counts one byte a thread, and loses count. Follow the TODOs.

extern "C" __global__ void histogram(const unsigned char* in, unsigned* bins, int n)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;

    // TODO: there may be fewer bytes than threads, and far more.
    // TODO: `++` reads, adds and writes. What if two threads read before one of them has written?
    // TODO: and then: if all bytes are the same one, where do all threads of the grid queue up? Could each
    //       block have bins of its own? Who clears them, when are they full, and who adds them up?
    bins[in[i]]++;
}
