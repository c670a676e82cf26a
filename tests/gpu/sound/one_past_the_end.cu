// A pointer behind the last element is compared with, and never followed.
// RUN: grid=1 block=32 in=100 out=32 n=100
extern "C" __global__ void kernel(const int* in, int* out, int n) {
    int sum = 0, expected = 0;
    for (const int *at = in + threadIdx.x, *end = in + n; at < end; at += blockDim.x) sum += *at;
    for (int k = threadIdx.x; k < n; k += 32) expected += in[k];
    out[threadIdx.x] = sum == expected;
}
