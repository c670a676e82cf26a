// The mistake: the barrier is inside of the guard: at the edge some threads come to it and others to the next one.
extern "C" __global__ void transpose(const float* in, float* out, int rows, int cols)
{
    __shared__ float strip[8][33];
    for (int first = 0; first < 32; first += 8) {
        int row = blockIdx.y * 32 + first + threadIdx.y;
        int col = blockIdx.x * 32 + threadIdx.x;
        if (row < rows && col < cols) {
            strip[threadIdx.y][threadIdx.x] = in[row * cols + col];
            __syncthreads();
        }
        int there = (threadIdx.y * 32 + threadIdx.x) / 8, across = threadIdx.x % 8;
        int out_row = blockIdx.x * 32 + there;
        int out_col = blockIdx.y * 32 + first + across;
        if (out_row < cols && out_col < rows)
            out[out_row * rows + out_col] = strip[across][there];
        __syncthreads();
    }
}
