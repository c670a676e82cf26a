// Loads and stores of sixteen bytes in a loop over the grid, and one thread for each that is left over.

extern "C" __global__ void saxpy(float a, const float* x, float* y, int n)
{
    const float4* x4 = reinterpret_cast<const float4*>(x);
    float4* y4 = reinterpret_cast<float4*>(y);
    int thread = blockIdx.x * blockDim.x + threadIdx.x;
    for (int i = thread; i < n / 4; i += gridDim.x * blockDim.x) {
        float4 u = x4[i], v = y4[i];
        v.x += a * u.x;
        v.y += a * u.y;
        v.z += a * u.z;
        v.w += a * u.w;
        y4[i] = v;
    }
    int left = n / 4 * 4 + thread;
    if (left < n)
        y[left] += a * x[left];
}
