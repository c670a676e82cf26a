// The elements of a stay in registers: a half of a warp has a row of the tile, an element a lane, and hands
// them round. The tile of b is in shared memory.

extern "C" __global__ void matmul(const float* a, const float* b, float* c, int m, int n, int k)
{
    __shared__ float b_tile[16][16];
    const int x = threadIdx.x, y = threadIdx.y;
    const int row = blockIdx.y * 16 + y, col = blockIdx.x * 16 + x;
    const int half = y % 2 * 16;
    float sum = 0.0f;
    for (int first = 0; first < k; first += 16) {
        float mine = row < m && first + x < k ? a[row * k + first + x] : 0.0f;
        b_tile[y][x] = first + y < k && col < n ? b[(first + y) * n + col] : 0.0f;
        __syncthreads();
        for (int i = 0; i < 16; i++)
            sum += __shfl_sync(0xffffffffu, mine, half + i) * b_tile[i][x];
        __syncthreads();
    }
    if (row < m && col < n)
        c[row * n + col] = sum;
}
