// The mistake: the last tiles stick out over the edge of the matrix.
constexpr int TILE = 32;
constexpr int ROWS = 8;   // of threads: each of them has TILE / ROWS rows of the tile

extern "C" __global__ void __launch_bounds__(TILE * ROWS)
transpose(const float* __restrict__ in, float* __restrict__ out, int rows, int cols)
{
    // The column beyond the tile moves each row on by a bank, so that a column lies in 32 banks.
    __shared__ float tile[TILE][TILE + 1];

    int col = blockIdx.x * TILE + threadIdx.x;
    int row = blockIdx.y * TILE + threadIdx.y;
    for (int k = 0; k < TILE; k += ROWS)
            tile[threadIdx.y + k][threadIdx.x] = in[size_t(row + k) * cols + col];

    __syncthreads();

    // The block's tile of `out` lies on the other side of the diagonal. Its rows are the columns of ours,
    // so that again neighbouring threads have neighbouring elements.
    col = blockIdx.y * TILE + threadIdx.x;
    row = blockIdx.x * TILE + threadIdx.y;
    for (int k = 0; k < TILE; k += ROWS)
            out[size_t(row + k) * rows + col] = tile[threadIdx.x][threadIdx.y + k];
}
