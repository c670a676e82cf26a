// The mistake: a thread for an element, and more threads than elements.
extern "C" __global__ void reduce(const float* in, float* out, int n)
{
    float sum = 0.0f;
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    do {
        sum += in[i];
        i += gridDim.x * blockDim.x;
    } while (i < n);
    for (int distance = 16; distance > 0; distance /= 2)
        sum += __shfl_down_sync(0xffffffffu, sum, distance);
    if (threadIdx.x % 32 == 0)
        atomicAdd(out, sum);
}
