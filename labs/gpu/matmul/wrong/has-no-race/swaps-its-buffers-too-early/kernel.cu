// The mistake: the next tiles are put into the buffer that is in use.
extern "C" __global__ void matmul(const float* a, const float* b, float* c, int m, int n, int k)
{
    __shared__ float tiles[2][2][16][16];
    const int x = threadIdx.x, y = threadIdx.y;
    const int row = blockIdx.y * 16 + y, col = blockIdx.x * 16 + x;
    const int steps = (k + 15) / 16;

    tiles[0][0][y][x] = row < m && x < k ? a[row * k + x] : 0.0f;
    tiles[0][1][y][x] = y < k && col < n ? b[y * n + col] : 0.0f;
    __syncthreads();

    float sum = 0.0f;
    for (int step = 0; step < steps; step++) {
        const int now = 0, next = 16 * (step + 1);
        for (int i = 0; i < 16; i++)
            sum += tiles[now][0][y][i] * tiles[now][1][i][x];
        tiles[now][0][y][x] = row < m && next + x < k ? a[row * k + next + x] : 0.0f;
        tiles[now][1][y][x] = next + y < k && col < n ? b[(next + y) * n + col] : 0.0f;
        __syncthreads();
    }
    if (row < m && col < n)
        c[row * n + col] = sum;
}
