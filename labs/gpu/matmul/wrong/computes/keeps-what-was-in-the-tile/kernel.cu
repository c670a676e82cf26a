// The mistake: an element outside is left as it was: zero in the first round, and stale in the next.
constexpr int TILE = 16;

extern "C" __global__ void __launch_bounds__(TILE * TILE)
matmul(const float* __restrict__ a, const float* __restrict__ b, float* __restrict__ c, int m, int n, int k)
{
    __shared__ float a_tile[TILE][TILE];
    __shared__ float b_tile[TILE][TILE];
    const int x = threadIdx.x, y = threadIdx.y;
    const int row = blockIdx.y * TILE + y, col = blockIdx.x * TILE + x;

    // Threads outside of c help to fill the tiles like all others, and come to each barrier.
    float sum = 0.0f;
    for (int first = 0; first < k; first += TILE) {
        if (first == 0)
            a_tile[y][x] = b_tile[y][x] = 0.0f;
        if (row < m && first + x < k)
            a_tile[y][x] = a[size_t(row) * k + first + x];
        if (first + y < k && col < n)
            b_tile[y][x] = b[size_t(first + y) * n + col];
        __syncthreads();
        for (int i = 0; i < TILE; i++)
            sum += a_tile[y][i] * b_tile[i][x];
        // Nobody fills the next tiles while these are in use.
        __syncthreads();
    }
    if (row < m && col < n)
        c[size_t(row) * n + col] = sum;
}
