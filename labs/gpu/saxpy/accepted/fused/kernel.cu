// The multiplication and the addition in one instruction, with one rounding; four elements a thread
// in each step, which are a stride apart.

extern "C" __global__ void saxpy(float a, const float* x, float* y, int n)
{
    const int stride = gridDim.x * blockDim.x;
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    for (; i + 3 * stride < n; i += 4 * stride) {
        float part[4];
        for (int k = 0; k < 4; k++)
            part[k] = fmaf(a, x[i + k * stride], y[i + k * stride]);
        for (int k = 0; k < 4; k++)
            y[i + k * stride] = part[k];
    }
    for (; i < n; i += stride)
        y[i] = fmaf(a, x[i], y[i]);
}
