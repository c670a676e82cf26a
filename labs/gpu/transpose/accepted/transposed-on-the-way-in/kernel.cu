// The tile is turned when it is filled, and not when it is emptied. The padding serves both ways.

template <typename T, int N, int STEP>
struct Tile {
    T cells[N][N + 1];

    __device__ void fill(const T* from, int top, int left, int rows, int cols)
    {
        for (int y = threadIdx.y; y < N; y += STEP)
            if (top + y < rows && left + int(threadIdx.x) < cols)
                cells[threadIdx.x][y] = from[(top + y) * cols + left + threadIdx.x];
    }

    __device__ void empty(T* to, int top, int left, int rows, int cols) const
    {
        for (int y = threadIdx.y; y < N; y += STEP)
            if (top + y < rows && left + int(threadIdx.x) < cols)
                to[(top + y) * cols + left + threadIdx.x] = cells[y][threadIdx.x];
    }
};

extern "C" __global__ void transpose(const float* in, float* out, int rows, int cols)
{
    __shared__ Tile<float, 32, 8> tile;
    tile.fill(in, blockIdx.y * 32, blockIdx.x * 32, rows, cols);
    __syncthreads();
    tile.empty(out, blockIdx.x * 32, blockIdx.y * 32, cols, rows);
}
