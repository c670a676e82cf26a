// The mistake: each thread has a part of the vector for itself, and its neighbour's begins far away.
extern "C" __global__ void saxpy(float a, const float* x, float* y, int n)
{
    int threads = gridDim.x * blockDim.x;
    int thread = blockIdx.x * blockDim.x + threadIdx.x;
    int part = (n + threads - 1) / threads;
    for (int i = thread * part; i < n && i < (thread + 1) * part; i++)
        y[i] = a * x[i] + y[i];
}
