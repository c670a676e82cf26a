// The ticket may be seen before the partial sum: a fence is missing between the two.
// RUN: grid=4 block=32 in=128 out=8 n=128
__device__ unsigned tickets = 0;
extern "C" __global__ void kernel(const int* in, int* out, int n) {
    if (threadIdx.x == 0) {
        int sum = 0;
        for (int k = 0; k < 32; ++k) sum += in[blockIdx.x * 32 + k];
        out[1 + blockIdx.x] = sum;  // OTHER
        if (atomicAdd(&tickets, 1u) == gridDim.x - 1) {
            int total = 0;
            for (int k = 0; k < 4; ++k) {
                total += out[1 + k];  // FAULT: race
            }
            out[0] = total;
        }
    }
}
