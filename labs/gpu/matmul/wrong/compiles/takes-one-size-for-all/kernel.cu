// The mistake: matrices need not be square.
extern "C" __global__ void matmul(const float* a, const float* b, float* c, int n)
{
    int row = blockIdx.y * blockDim.y + threadIdx.y;
    int col = blockIdx.x * blockDim.x + threadIdx.x;
    if (row >= n || col >= n)
        return;
    float sum = 0.0f;
    for (int i = 0; i < n; i++)
        sum += a[row * n + i] * b[i * n + col];
    c[row * n + col] = sum;
}
