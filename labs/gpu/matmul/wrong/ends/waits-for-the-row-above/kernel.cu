// The mistake: an element waits for the one above it, and the first one for one that nobody computes.
__device__ int computed[1024];

extern "C" __global__ void matmul(const float* a, const float* b, float* c, int m, int n, int k)
{
    int row = blockIdx.y * blockDim.y + threadIdx.y;
    int col = blockIdx.x * blockDim.x + threadIdx.x;
    if (row >= m || col >= n)
        return;
    while (static_cast<volatile int*>(computed)[row] == 0) {
    }
    float sum = 0.0f;
    for (int i = 0; i < k; i++)
        sum += a[row * k + i] * b[i * n + col];
    c[row * n + col] = sum;
    computed[row + 1] = 1;
}
