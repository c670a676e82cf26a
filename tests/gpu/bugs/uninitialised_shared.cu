// Only n cells are filled, all are summed.
// RUN: grid=2 block=64 in=128 out=64 n=50
extern "C" __global__ void kernel(const int* in, int* out, int n) {
    __shared__ int cells[64];
    int t = threadIdx.x;
    if (t < n) cells[t] = in[t];
    __syncthreads();
    if (t == 0) {
        int sum = 0;
        for (int k = 0; k < 64; ++k) {
            sum += cells[k];  // FAULT: uninitialised
        }
        out[blockIdx.x] = sum;
    }
}
