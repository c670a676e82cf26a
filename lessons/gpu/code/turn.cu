// A square picture is turned over its diagonal, in tiles of 32 by 32.

// ANCHOR: naive
extern "C" __global__ void turn(const float* in, float* out, int side)
{
    int x = blockIdx.x * 32 + threadIdx.x;
    int y = blockIdx.y * 32 + threadIdx.y;
    if (x < side && y < side) {
        out[(size_t)x * side + y] = in[(size_t)y * side + x];
    }
}
// ANCHOR_END: naive

// ANCHOR: tile
extern "C" __global__ void turn_tile(const float* in, float* out, int side)
{
    __shared__ float tile[32][32];
    int x = blockIdx.x * 32 + threadIdx.x;
    int y = blockIdx.y * 32 + threadIdx.y;
    if (x < side && y < side) {
        tile[threadIdx.y][threadIdx.x] = in[(size_t)y * side + x];
    }
    __syncthreads();
    x = blockIdx.y * 32 + threadIdx.x;
    y = blockIdx.x * 32 + threadIdx.y;
    if (x < side && y < side) {
        out[(size_t)y * side + x] = tile[threadIdx.x][threadIdx.y];
    }
}
// ANCHOR_END: tile
