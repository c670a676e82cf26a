// reduce: out[0] += the sum of in[0] to in[n - 1]. The grid has any number of blocks; out[0] is zero before.
//
// This starter adds each element by itself, as far as there are threads. Follow the TODOs.

extern "C" __global__ void reduce(const float* in, float* out, int n)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;

    // TODO: there may be fewer elements than threads, and far more.
    // TODO: all threads want out[0]. Who sees that two of them do not read the same old value?
    // TODO: and then: how many threads should have to wait there? What can the threads of a warp, and of a
    //       block, add up among themselves before one of them goes?
    out[0] += in[i];
}
