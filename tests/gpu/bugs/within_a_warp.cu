// Lanes of a warp exchange through memory without __syncwarp().
// RUN: grid=1 block=32 in=32 out=32 n=32
extern "C" __global__ void kernel(const int* in, int* out, int n) {
    __shared__ int cells[32];
    int t = threadIdx.x;
    cells[t] = in[t];  // OTHER
    int other = cells[t ^ 1];  // FAULT: race
    out[t] = other;
}
