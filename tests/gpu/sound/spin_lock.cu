// A lock between blocks around ordinary loads and stores.
// RUN: grid=8 block=32 in=32 out=1 n=8
__device__ int held = 0;
__device__ int count = 0;
__device__ int order[8];
extern "C" __global__ void kernel(const int* in, int* out, int n) {
    if (threadIdx.x == 0) {
        while (atomicCAS(&held, 0, 1)) {
        }
        __threadfence();
        order[count] = blockIdx.x;
        count = count + 1;
        if (count == n) {
            int seen = 0;
            for (int k = 0; k < n; ++k) seen |= 1 << order[k];
            out[0] = seen == 0xff;
        }
        __threadfence();
        atomicExch(&held, 0);
    }
}
