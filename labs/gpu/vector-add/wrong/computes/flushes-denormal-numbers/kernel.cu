// The mistake: what is below the smallest normal number is taken for 0, as -ftz=true would do.
extern "C" __global__ void vector_add(const float* __restrict__ a, const float* __restrict__ b,
                                      float* __restrict__ c, int n)
{
    // The grid is rounded up to whole blocks: the last one has threads without an element.
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) {
        float sum;
        asm("add.ftz.f32 %0, %1, %2;" : "=f"(sum) : "f"(a[i]), "f"(b[i]));
        c[i] = sum;
    }
}
