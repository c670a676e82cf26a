// Neighbouring bytes of a word belong to different threads.
// RUN: grid=1 block=64 in=64 out=64 n=64
extern "C" __global__ void kernel(const int* in, int* out, int n) {
    __shared__ unsigned char bytes[64];
    __shared__ short halves[64];
    int t = threadIdx.x, turned = (t * 33) % 64;
    bytes[turned] = (unsigned char)in[turned];
    halves[turned] = (short)in[turned];
    __syncthreads();
    out[t] = bytes[t] == (unsigned char)in[t] && halves[t] == (short)in[t];
}
