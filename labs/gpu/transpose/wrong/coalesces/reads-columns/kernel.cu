// The mistake: no tile: the stores are of neighbours, and the loads are a row apart.
extern "C" __global__ void transpose(const float* in, float* out, int rows, int cols)
{
    int col = blockIdx.y * 32 + threadIdx.x;
    for (int row = blockIdx.x * 32 + threadIdx.y; row < blockIdx.x * 32 + 32; row += 8)
        if (col < rows && row < cols)
            out[row * rows + col] = in[col * cols + row];
}
