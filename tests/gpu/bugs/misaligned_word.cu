// A header of one byte, and the ints behind it.
// RUN: grid=1 block=8 in=64 out=32 n=8
extern "C" __global__ void kernel(const int* in, int* out, int n) {
    int t = threadIdx.x;
    const char* bytes = reinterpret_cast<const char*>(in) + 1;
    int x = *reinterpret_cast<const int*>(bytes + 4 * t);  // FAULT: misaligned
    out[t] = x;
}
