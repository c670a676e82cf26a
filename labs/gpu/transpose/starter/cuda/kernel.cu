// transpose: out[c * rows + r] = in[r * cols + c]. Blocks of 32 x 8 threads, a tile of 32 x 32 for each.
//
// This starter reads a row and writes a column, and knows no edge. Follow the TODOs.

constexpr int TILE = 32;
constexpr int ROWS = 8;

extern "C" __global__ void transpose(const float* in, float* out, int rows, int cols)
{
    int col = blockIdx.x * TILE + threadIdx.x;
    int row = blockIdx.y * TILE + threadIdx.y;

    // TODO: the last tiles stick out over the edge of the matrix. Which of their elements are there?
    // TODO: the lanes of a warp differ in col. How far apart are the places that they write to? What
    //       can a block do with a tile that it has for itself before it writes?
    // TODO: and when a block has a tile in shared memory: in which banks is a column of it?
    for (int k = 0; k < TILE; k += ROWS)
        out[col * rows + row + k] = in[(row + k) * cols + col];
}
