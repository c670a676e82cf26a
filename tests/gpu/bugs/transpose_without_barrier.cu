// The tile is read before the other warps have filled it.
// RUN: grid=1 block=16,16 in=256 out=256 n=16
extern "C" __global__ void kernel(const int* in, int* out, int n) {
    __shared__ int tile[16][17];
    int x = threadIdx.x, y = threadIdx.y;
    tile[y][x] = in[y * n + x];  // OTHER
    int turned = tile[x][y];  // FAULT: race
    out[y * n + x] = turned;
}
