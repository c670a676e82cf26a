// The same bytes as a float, as an int and one by one.
// RUN: grid=1 block=32 in=32 out=32 n=32
union Bits {
    float f;
    unsigned u;
    unsigned char b[4];
};
extern "C" __global__ void kernel(const int* in, int* out, int n) {
    __shared__ Bits cells[32];
    int t = threadIdx.x;
    Bits own;
    own.f = (float)in[t];
    cells[t].b[0] = own.b[0];
    cells[t].b[1] = own.b[1];
    cells[t].b[2] = own.b[2];
    cells[t].b[3] = own.b[3];
    __syncthreads();
    Bits other = cells[31 - t];
    out[t] = other.f == (float)in[31 - t] && other.u >> 24 == other.b[3];
}
