// The source lane is not part of the mask.
// RUN: grid=1 block=32 in=32 out=32 n=32 zeroed
extern "C" __global__ void kernel(const int* in, int* out, int n) {
    int lane = threadIdx.x, x = in[lane];
    if (lane < 16) {
        int y = __shfl_sync(0xffffu, x, lane + 16);  // FAULT: inactive-lane
        out[lane] = y;
    }
}
