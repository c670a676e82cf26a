// The mistake: the tile is emptied as it was filled, by the same thread, and the stores are a row apart.
extern "C" __global__ void transpose(const float* in, float* out, int rows, int cols)
{
    __shared__ float tile[32][33];
    int col = blockIdx.x * 32 + threadIdx.x;
    int row = blockIdx.y * 32 + threadIdx.y;
    for (int k = 0; k < 32; k += 8)
        if (col < cols && row + k < rows)
            tile[threadIdx.y + k][threadIdx.x] = in[(row + k) * cols + col];
    __syncthreads();
    for (int k = 0; k < 32; k += 8)
        if (col < cols && row + k < rows)
            out[col * rows + row + k] = tile[threadIdx.y + k][threadIdx.x];
}
