// The row above the first row.
// RUN: grid=1 block=8,8 in=64 out=64 n=8
extern "C" __global__ void kernel(const int* in, int* out, int n) {
    int x = threadIdx.x, y = threadIdx.y;
    int above = in[(y - 1) * n + x];  // FAULT: out-of-bounds in
    out[y * n + x] = above;
}
