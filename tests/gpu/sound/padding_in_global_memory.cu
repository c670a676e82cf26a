// The host wrote the members; the kernel copies the whole, padding included.
// RUN: grid=1 block=16 in=32 out=64 n=16
struct Pair {
    unsigned char tag;
    int value;
};
__device__ Pair made[16];
extern "C" __global__ void kernel(const int* in, int* out, int n) {
    int t = threadIdx.x;
    Pair* pairs = (Pair*)(out + 32);
    pairs[t].tag = (unsigned char)t;
    pairs[t].value = in[t];
    __syncthreads();
    made[t] = pairs[15 - t];
    out[t] = made[t].tag == 15 - t && made[t].value == in[15 - t];
    out[16 + t] = 1;
    __syncthreads();
    out[32 + t] = 1;
    out[48 + t] = 1;
}
