// The mistake: a strip is filled again while other warps still empty it.
extern "C" __global__ void transpose(const float* in, float* out, int rows, int cols)
{
    __shared__ float strip[8][33];
    const int thread = threadIdx.y * 32 + threadIdx.x;
    for (int first = 0; first < 32; first += 8) {
        int row = blockIdx.y * 32 + first + threadIdx.y;
        int col = blockIdx.x * 32 + threadIdx.x;
        if (row < rows && col < cols)
            strip[threadIdx.y][threadIdx.x] = in[row * cols + col];
        __syncthreads();
        int there = thread / 8, across = thread % 8;
        int out_row = blockIdx.x * 32 + there;
        int out_col = blockIdx.y * 32 + first + across;
        if (out_row < cols && out_col < rows)
            out[out_row * rows + out_col] = strip[across][there];
    }
}
