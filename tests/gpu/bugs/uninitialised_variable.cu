// A __device__ variable has a value, memory from cudaMalloc has none: half of the sum is of the second kind.
// RUN: grid=1 block=1 in=16 out=16 n=16
__device__ int totals[16];
extern "C" __global__ void kernel(const int* in, int* out, int n) {
    int sum = 0;
    for (int k = 0; k < n; ++k) {
        sum += totals[k] + in[k];
    }
    sum += out[3];  // FAULT: uninitialised out
    out[0] = sum;
}
