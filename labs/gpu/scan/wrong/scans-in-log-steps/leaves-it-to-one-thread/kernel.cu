// The mistake: one thread does it all, and 1023 look on.
extern "C" __global__ void scan(const int* in, int* out, int n)
{
    if (threadIdx.x != 0)
        return;
    int sum = 0;
    for (int i = 0; i < n; i++) {
        out[i] = sum;
        sum += in[i];
    }
}
