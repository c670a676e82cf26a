// Doubles behind an odd number of ints in the dynamic shared memory.
// RUN: grid=1 block=16 shared=256 in=16 out=16 n=3
extern __shared__ int pool[];
extern "C" __global__ void kernel(const int* in, int* out, int n) {
    int t = threadIdx.x;
    double* wide = reinterpret_cast<double*>(pool + n);
    wide[t] = in[t];  // FAULT: misaligned
    out[t] = t;
}
