// Of a structure only some members are set, and only these are copied.
// RUN: grid=1 block=32 in=32 out=32 n=32
struct Entry {
    int key;
    int value;
    int unused[6];
};
extern "C" __global__ void kernel(const int* in, int* out, int n) {
    __shared__ Entry entries[32];
    int t = threadIdx.x;
    entries[t].key = t;
    entries[t].value = in[t];
    __syncthreads();
    Entry mine;
    mine.key = entries[t ^ 1].key;
    mine.value = entries[t ^ 1].value;
    out[t] = mine.key == (t ^ 1) && mine.value == in[t ^ 1];
}
