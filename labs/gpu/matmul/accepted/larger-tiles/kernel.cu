// A block computes 64 x 64 elements, sixteen a thread, and three blocks of four in each direction have
// nothing to do. The sums are in registers; the loops over them are unrolled.

template <int PER>
struct Patch {
    static constexpr int SIDE = 16 * PER;
    float sums[PER][PER];

    __device__ void run(const float* a, const float* b, float* c, int m, int n, int k)
    {
        __shared__ float a_tile[SIDE][17], b_tile[16][SIDE];
        const int x = threadIdx.x, y = threadIdx.y;
        const int top = blockIdx.y / PER * SIDE, left = blockIdx.x / PER * SIDE;
#pragma unroll
        for (int i = 0; i < PER; i++)
#pragma unroll
            for (int j = 0; j < PER; j++)
                sums[i][j] = 0.0f;
        for (int first = 0; first < k; first += 16) {
#pragma unroll
            for (int i = 0; i < PER; i++) {
                int row = top + 16 * i + y, col = left + 16 * i + x;
                a_tile[16 * i + y][x] = row < m && first + x < k ? a[row * k + first + x] : 0.0f;
                b_tile[y][16 * i + x] = first + y < k && col < n ? b[(first + y) * n + col] : 0.0f;
            }
            __syncthreads();
            for (int d = 0; d < 16; d++)
#pragma unroll
                for (int i = 0; i < PER; i++)
#pragma unroll
                    for (int j = 0; j < PER; j++)
                        sums[i][j] += a_tile[16 * i + y][d] * b_tile[d][16 * j + x];
            __syncthreads();
        }
#pragma unroll
        for (int i = 0; i < PER; i++)
#pragma unroll
            for (int j = 0; j < PER; j++) {
                int row = top + 16 * i + y, col = left + 16 * j + x;
                if (row < m && col < n)
                    c[row * n + col] = sums[i][j];
            }
    }
};

extern "C" __global__ void matmul(const float* a, const float* b, float* c, int m, int n, int k)
{
    // The whole block has nothing to do, or the whole block has.
    if (blockIdx.x % 4 == 0 && blockIdx.y % 4 == 0) {
        Patch<4> patch;
        patch.run(a, b, c, m, n, k);
    }
}
