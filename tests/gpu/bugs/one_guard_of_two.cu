// The rows are guarded, the columns are not: the last row runs over.
// RUN: grid=2,2 block=8,8 in=120 out=160 n=12
extern "C" __global__ void kernel(const int* in, int* out, int n) {
    int col = blockIdx.x * blockDim.x + threadIdx.x, row = blockIdx.y * blockDim.y + threadIdx.y;
    if (row < 10) {
        int x = in[row * n + col];  // FAULT: out-of-bounds in
        out[row * 16 + col] = x;
    }
}
