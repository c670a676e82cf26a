// Two buffers: the next tiles are fetched while these are multiplied, and one barrier a tile is enough.

__device__ __forceinline__ float at(const float* matrix, int row, int col, int rows, int cols)
{
    return row < rows && col < cols ? __ldg(matrix + row * cols + col) : 0.0f;
}

extern "C" __global__ void matmul(const float* a, const float* b, float* c, int m, int n, int k)
{
    __shared__ float tiles[2][2][16][16];
    const int x = threadIdx.x, y = threadIdx.y;
    const int row = blockIdx.y * 16 + y, col = blockIdx.x * 16 + x;
    const int steps = (k + 15) / 16;

    tiles[0][0][y][x] = at(a, row, x, m, k);
    tiles[0][1][y][x] = at(b, y, col, k, n);
    __syncthreads();

    float sum = 0.0f;
    for (int step = 0; step < steps; step++) {
        const int now = step % 2;
        const float next_a = at(a, row, 16 * (step + 1) + x, m, k);
        const float next_b = at(b, 16 * (step + 1) + y, col, k, n);
        for (int i = 0; i < 16; i++)
            sum += tiles[now][0][y][i] * tiles[now][1][i][x];
        tiles[1 - now][0][y][x] = next_a;
        tiles[1 - now][1][y][x] = next_b;
        __syncthreads();
    }
    if (row < m && col < n)
        c[row * n + col] = sum;
}
