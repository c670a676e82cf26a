// All lanes of a warp want one lock. Since Volta the owner is let on while the others spin.
// RUN: grid=2 block=5 in=1 out=10 n=10
__device__ int held = 0;
__device__ int count = 0;
extern "C" __global__ void kernel(const int* in, int* out, int n) {
    bool done = false;
    while (!done) {
        if (atomicExch(&held, 1) == 0) {
            __threadfence();
            out[count] = 1;
            count += 1;
            __threadfence();
            atomicExch(&held, 0);
            done = true;
        }
    }
}
