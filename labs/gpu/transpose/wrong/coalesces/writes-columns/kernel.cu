// The mistake: no tile: the loads are of neighbours, and the stores are a row apart.
extern "C" __global__ void transpose(const float* in, float* out, int rows, int cols)
{
    int col = blockIdx.x * 32 + threadIdx.x;
    for (int row = blockIdx.y * 32 + threadIdx.y; row < blockIdx.y * 32 + 32; row += 8)
        if (col < cols && row < rows)
            out[col * rows + row] = in[row * cols + col];
}
