// Who adds is atomic, who looks is not.
// RUN: grid=2 block=64 in=128 out=1 n=128 zeroed
extern "C" __global__ void kernel(const int* in, int* out, int n) {
    int x = in[blockIdx.x * blockDim.x + threadIdx.x] + threadIdx.x;
    int seen = *out;  // FAULT: race
    if (seen < x) {
        atomicMax(out, x);  // OTHER
    }
}
