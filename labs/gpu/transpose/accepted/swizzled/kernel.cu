// No padding: the column of an element in the tile depends on its row, and each bank is met once.

extern "C" __global__ void transpose(const float* in, float* out, int rows, int cols)
{
    __shared__ float tile[32 * 32];
    const int x = threadIdx.x;
    for (int y = threadIdx.y; y < 32; y += 8) {
        int r = blockIdx.y * 32 + y, c = blockIdx.x * 32 + x;
        if (r < rows && c < cols)
            tile[y * 32 + (x ^ y)] = in[r * cols + c];
    }
    __syncthreads();
    for (int y = threadIdx.y; y < 32; y += 8) {
        int r = blockIdx.x * 32 + y, c = blockIdx.y * 32 + x;
        if (r < cols && c < rows)
            out[r * rows + c] = tile[x * 32 + (x ^ y)];
    }
}
