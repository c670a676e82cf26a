// The mistake: an array of three places, of which two are filled.
extern "C" __global__ void vector_add(const float* __restrict__ a, const float* __restrict__ b,
                                      float* __restrict__ c, int n)
{
    // The grid is rounded up to whole blocks: the last one has threads without an element.
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) {
        volatile float terms[3];
        terms[0] = a[i];
        terms[1] = b[i];
        float sum = 0.0f;
        for (int k = 0; k < 3; k++)
            sum += terms[k];
        c[i] = sum;
    }
}
