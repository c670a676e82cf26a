// A message: the data, a fence, a volatile flag; and the other way round at the receiver.
// RUN: grid=2 block=32 in=32 out=32 n=32
__device__ int message[32];
__device__ volatile int sent = 0;
extern "C" __global__ void kernel(const int* in, int* out, int n) {
    int t = threadIdx.x;
    if (blockIdx.x == 0) {
        message[t] = in[t] + 1;
        __threadfence();
        __syncthreads();
        if (t == 0) sent = 1;
    } else {
        if (t == 0)
            while (!sent) {
            }
        __syncthreads();
        __threadfence();
        out[t] = message[31 - t] == in[31 - t] + 1;
    }
}
