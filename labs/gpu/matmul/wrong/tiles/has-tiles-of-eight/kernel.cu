// The mistake: tiles of 8 x 8: each element is used eight times.
extern "C" __global__ void matmul(const float* a, const float* b, float* c, int m, int n, int k)
{
    // Four tiles of 8 x 8 in a block of 16 x 16, each for itself.
    __shared__ float a_tile[4][8][8], b_tile[4][8][8];
    const int x = threadIdx.x % 8, y = threadIdx.y % 8;
    const int tile = threadIdx.y / 8 * 2 + threadIdx.x / 8;
    const int row = blockIdx.y * 16 + threadIdx.y, col = blockIdx.x * 16 + threadIdx.x;
    float sum = 0.0f;
    for (int first = 0; first < k; first += 8) {
        a_tile[tile][y][x] = row < m && first + x < k ? a[row * k + first + x] : 0.0f;
        b_tile[tile][y][x] = first + y < k && col < n ? b[(first + y) * n + col] : 0.0f;
        __syncthreads();
        for (int i = 0; i < 8; i++)
            sum += a_tile[tile][y][i] * b_tile[tile][i][x];
        __syncthreads();
    }
    if (row < m && col < n)
        c[row * n + col] = sum;
}
