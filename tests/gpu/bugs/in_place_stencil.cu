// The neighbours are read in the array that is being overwritten.
// RUN: grid=1 block=96 in=96 out=96 n=96 zeroed
extern "C" __global__ void kernel(const int* in, int* out, int n) {
    int i = threadIdx.x;
    int left = i > 0 ? out[i - 1] : 0;  // FAULT: race
    out[i] = left + in[i];  // OTHER
}
