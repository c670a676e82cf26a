// A thread needs no barrier to read what it wrote itself, in any memory.
// RUN: grid=2 block=64 in=128 out=128 n=128
extern "C" __global__ void kernel(const int* in, int* out, int n) {
    __shared__ int cells[64];
    int t = threadIdx.x, i = blockIdx.x * blockDim.x + t;
    out[i] = in[i];
    out[i] += 3;
    cells[t] = out[i];
    cells[t] *= 2;
    int own[4];
    own[in[i] & 3] = cells[t];
    out[i] = own[in[i] & 3] == (in[i] + 3) * 2;
}
