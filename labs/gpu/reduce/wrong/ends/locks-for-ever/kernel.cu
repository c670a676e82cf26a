// The mistake: a lock that the holder never gives back.
__device__ int lock;

extern "C" __global__ void reduce(const float* in, float* out, int n)
{
    float sum = 0.0f;
    for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x)
        sum += in[i];
    while (atomicCAS(&lock, 0, 1) != 0) {
    }
    out[0] += sum;
    __threadfence();
}
