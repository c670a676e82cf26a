// Nobody sets the flag: the one who should waits at the barrier.
// RUN: grid=1 block=64 in=64 out=64 n=64 zeroed
extern "C" __global__ void kernel(const int* in, int* out, int n) {
    int t = threadIdx.x;
    if (t == 0) {
        while (((volatile int*)out)[1] == 0) {}  // FAULT: endless
    }
    __syncthreads();
    if (t == 1) ((volatile int*)out)[1] = 1;
}
