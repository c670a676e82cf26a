// The mistake: blocks wait for each other after each step, and those that are done come to no more meetings.
__device__ volatile int arrived[8];

extern "C" __global__ void saxpy(float a, const float* x, float* y, int n)
{
    int step = 0;
    for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) {
        y[i] = a * x[i] + y[i];
        step++;
        if (threadIdx.x == 0) {
            arrived[blockIdx.x] = step;
            while (arrived[(blockIdx.x + 1) % gridDim.x] < step) {
            }
        }
    }
}
