// Each block has a part of the vector for itself, a whole number of its own lengths.

__device__ int rounded_up(int n, int to) { return (n + to - 1) / to * to; }

extern "C" __global__ void saxpy(float a, const float* x, float* y, int n)
{
    int part = rounded_up(rounded_up(n, gridDim.x) / gridDim.x, blockDim.x);
    int end = min(n, part * int(blockIdx.x + 1));
    for (int i = part * blockIdx.x + threadIdx.x; i < end; i += blockDim.x)
        y[i] = a * x[i] + y[i];
}
