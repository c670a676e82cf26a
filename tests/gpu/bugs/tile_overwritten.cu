// The second barrier of the loop is missing: the next tile comes while this one is still in use.
// RUN: grid=1 block=64 in=256 out=64 n=4
extern "C" __global__ void kernel(const int* in, int* out, int n) {
    __shared__ int tile[64];
    int t = threadIdx.x, sum = 0;
    for (int k = 0; k < n; ++k) {
        int next = in[k * 64 + t];
        tile[t] = next;  // OTHER
        __syncthreads();
        for (int j = 0; j < 64; j += 16) {
            sum += tile[(t + j + 1) % 64];  // FAULT: race
        }
    }
    out[t] = sum;
}
