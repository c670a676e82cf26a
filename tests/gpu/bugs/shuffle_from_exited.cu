// The last lanes have returned, and are asked for their value.
// RUN: grid=1 block=32 in=32 out=32 n=20
extern "C" __global__ void kernel(const int* in, int* out, int n) {
    int i = threadIdx.x;
    if (i >= n) return;
    int x = in[i];
    for (int step = 16; step > 0; step /= 2) {
        x += __shfl_down_sync(0xffffffffu, x, step);  // FAULT: inactive-lane
    }
    out[i] = x;
}
