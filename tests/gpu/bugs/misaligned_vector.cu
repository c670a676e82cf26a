// Four at once must start at a multiple of sixteen bytes.
// RUN: grid=1 block=8 in=64 out=32 n=8
extern "C" __global__ void kernel(const int* in, int* out, int n) {
    int t = threadIdx.x;
    const int4* shifted = reinterpret_cast<const int4*>(in + 1);
    int4 four = shifted[t];  // FAULT: misaligned
    out[t] = four.x + four.y + four.z + four.w;
}
