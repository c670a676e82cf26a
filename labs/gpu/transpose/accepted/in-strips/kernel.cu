// A quarter of the tile at a time: eight rows of it go through a strip of shared memory, which is used again.
// A strip has to be empty before it is filled with the next one. Its rows are 36 words long, so that eight
// rows of four words each lie in 32 banks.

extern "C" __global__ void transpose(const float* in, float* out, int rows, int cols)
{
    __shared__ float strip[8][36];
    const int thread = threadIdx.y * 32 + threadIdx.x;
    for (int first = 0; first < 32; first += 8) {
        // Eight rows of `in`, each of them 32 wide.
        int row = blockIdx.y * 32 + first + threadIdx.y;
        int col = blockIdx.x * 32 + threadIdx.x;
        if (row < rows && col < cols)
            strip[threadIdx.y][threadIdx.x] = in[row * cols + col];
        __syncthreads();
        // Thirty-two rows of `out`, each of them eight wide: a sector.
        int there = thread / 8, across = thread % 8;
        int out_row = blockIdx.x * 32 + there;
        int out_col = blockIdx.y * 32 + first + across;
        if (out_row < cols && out_col < rows)
            out[out_row * rows + out_col] = strip[across][there];
        __syncthreads();
    }
}
