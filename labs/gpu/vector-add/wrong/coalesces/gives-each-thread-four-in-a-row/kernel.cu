// The mistake: four neighbours a thread, one after the other: the lanes of a warp are sixteen bytes apart.
extern "C" __global__ void vector_add(const float* a, const float* b, float* c, int n)
{
    int first = 4 * (blockIdx.x * blockDim.x + threadIdx.x);
    for (int k = 0; k < 4; k++) {
        int i = first + k;
        if (i < n)
            const_cast<volatile float*>(c)[i] =
                const_cast<const volatile float*>(a)[i] + const_cast<const volatile float*>(b)[i];
    }
}
