// What is constant to the device is written by the host.
// RUN: grid=1 block=1 in=1 out=1 n=1
__constant__ int limit;
extern "C" __global__ void kernel(const int* in, int* out, int n) {
    int* way_in = const_cast<int*>(&limit);
    *way_in = in[0];  // FAULT: write-to-constant
    out[0] = n;
}
