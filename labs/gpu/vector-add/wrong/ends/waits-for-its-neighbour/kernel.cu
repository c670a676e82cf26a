// The mistake: each thread waits until the one before it is done, and the first one for nobody's word.
__device__ volatile int done;

extern "C" __global__ void vector_add(const float* a, const float* b, float* c, int n)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) {
        while (done < i + 1) {
        }
        c[i] = a[i] + b[i];
        done = i + 2;
    }
}
