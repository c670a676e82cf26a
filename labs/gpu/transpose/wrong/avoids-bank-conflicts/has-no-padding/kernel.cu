// The mistake: a column of the tile lies in one bank, and 32 lanes want it at once.
constexpr int TILE = 32;
constexpr int ROWS = 8;   // of threads: each of them has TILE / ROWS rows of the tile

extern "C" __global__ void __launch_bounds__(TILE * ROWS)
transpose(const float* __restrict__ in, float* __restrict__ out, int rows, int cols)
{
    __shared__ float tile[TILE][TILE];

    int col = blockIdx.x * TILE + threadIdx.x;
    int row = blockIdx.y * TILE + threadIdx.y;
    for (int k = 0; k < TILE; k += ROWS)
        if (col < cols && row + k < rows)
            tile[threadIdx.y + k][threadIdx.x] = in[size_t(row + k) * cols + col];

    __syncthreads();

    // The block's tile of `out` lies on the other side of the diagonal. Its rows are the columns of ours,
    // so that again neighbouring threads have neighbouring elements.
    col = blockIdx.y * TILE + threadIdx.x;
    row = blockIdx.x * TILE + threadIdx.y;
    for (int k = 0; k < TILE; k += ROWS)
        if (col < rows && row + k < cols)
            out[size_t(row + k) * rows + col] = tile[threadIdx.x][threadIdx.y + k];
}
