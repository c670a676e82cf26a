// One thread tells, the others do not wait.
// RUN: grid=1 block=64 in=64 out=64 n=64
extern "C" __global__ void kernel(const int* in, int* out, int n) {
    __shared__ int told;
    if (threadIdx.x == 0) {
        told = in[5];  // OTHER
    }
    int heard = told;  // FAULT: race
    out[threadIdx.x] = heard;
}
