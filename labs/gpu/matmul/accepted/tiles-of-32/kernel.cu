// Tiles that are 32 deep: each thread brings two elements of each, and there are half as many barriers.

extern "C" __global__ void matmul(const float* a, const float* b, float* c, int m, int n, int k)
{
    constexpr int DEPTH = 32;
    __shared__ float a_tile[16][DEPTH + 1], b_tile[DEPTH][16];
    const int row = blockIdx.y * 16 + threadIdx.y, col = blockIdx.x * 16 + threadIdx.x;
    float sum = 0.0f;
    for (int first = 0; first < k; first += DEPTH) {
        for (int d = 0; d < DEPTH; d += 16) {
            int ka = first + d + threadIdx.x, kb = first + d + threadIdx.y;
            a_tile[threadIdx.y][d + threadIdx.x] = row < m && ka < k ? a[row * k + ka] : 0.0f;
            b_tile[d + threadIdx.y][threadIdx.x] = kb < k && col < n ? b[kb * n + col] : 0.0f;
        }
        __syncthreads();
#pragma unroll 8
        for (int i = 0; i < DEPTH; i++)
            sum = fmaf(a_tile[threadIdx.y][i], b_tile[i][threadIdx.x], sum);
        __syncthreads();
    }
    if (row < m && col < n)
        c[row * n + col] = sum;
}
