// A call through a pointer: the simulator must say that it cannot, and where.
__device__ __noinline__ int twice(int x) { return 2 * x; }
__device__ __noinline__ int thrice(int x) { return 3 * x; }
extern "C" __global__ void kernel(int* out, int which) {
    int (*chosen)(int) = which ? twice : thrice;
    out[threadIdx.x] = chosen(threadIdx.x);  // UNSUPPORTED
}
