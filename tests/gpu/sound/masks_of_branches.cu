// Each branch of a warp shuffles and synchronises among its own lanes.
// RUN: grid=1 block=64 in=64 out=64 n=64
extern "C" __global__ void kernel(const int* in, int* out, int n) {
    __shared__ int cells[64];
    int t = threadIdx.x, lane = t & 31, x = in[t], other;
    if (lane < 16) {
        other = __shfl_xor_sync(0x0000ffffu, x, 5);
        cells[t] = other;
        __syncwarp(0x0000ffffu);
        other = cells[t ^ 5];
    } else {
        cells[t] = x;
        __syncwarp(0xffff0000u);
        other = cells[t ^ 3];
        other = __shfl_xor_sync(0xffff0000u, other, 3);
    }
    out[t] = other == x;
}
