// A structure is copied as a whole; nobody ever wrote the bytes between its members.
// RUN: grid=1 block=32 in=32 out=32 n=32
struct Spaced {
    char kind;
    double mass;
    short tail;
};
__device__ __noinline__ Spaced turned(Spaced s) {
    s.mass = -s.mass;
    return s;
}
extern "C" __global__ void kernel(const int* in, int* out, int n) {
    __shared__ Spaced cells[32];
    int t = threadIdx.x;
    Spaced s;
    s.kind = (char)t;
    s.mass = in[t];
    s.tail = 7;
    cells[t] = s;
    __syncthreads();
    Spaced other = turned(cells[31 - t]);
    out[t] = other.kind == 31 - t && other.mass == -(double)in[31 - t] && other.tail == 7;
}
