// The mistake: 0 times infinity is not 0.
extern "C" __global__ void saxpy(float a, const float* __restrict__ x, float* __restrict__ y, int n)
{
    if (a == 0.0f)
        return;
    // Each step takes the whole grid on by as many elements as it has threads, so that the lanes of a
    // warp are neighbours in every step. n is at most 2^30, and the sum below never exceeds an int.
    int stride = gridDim.x * blockDim.x;
    for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride)
        y[i] = a * x[i] + y[i];
}
