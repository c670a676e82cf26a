// A table with `pitch` words a row; one warp reads column `column`, each lane of row `lane / group`.

extern "C" __global__ void column(float* out, int pitch, int column, int group)
{
    __shared__ float table[32 * 64];
    for (int i = threadIdx.x; i < 32 * 64; i += 32) {
        table[i] = i;
    }
    __syncthreads();
    int row = threadIdx.x / group;
    out[threadIdx.x] = table[row * pitch + column];
}
