// The last steps of a tree within a warp, with __syncwarp() between reading and writing.
// RUN: grid=2 block=64 in=128 out=2 n=128
extern "C" __global__ void kernel(const int* in, int* out, int n) {
    __shared__ int cells[64];
    int t = threadIdx.x;
    cells[t] = in[blockIdx.x * 64 + t];
    __syncthreads();
    if (t < 32) {
        int x = cells[t] + cells[t + 32];
        for (int half = 16; half > 0; half /= 2) {
            __syncwarp();
            cells[t] = x;
            __syncwarp();
            x += cells[(t + half) % 32];
        }
        if (t == 0) {
            int expected = 0;
            for (int k = 0; k < 64; ++k) expected += in[blockIdx.x * 64 + k];
            out[blockIdx.x] = x == expected;
        }
    }
}
