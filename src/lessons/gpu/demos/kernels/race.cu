extern "C" __global__ void sum(const int* in, int* out, int n) {
    __shared__ volatile int part[256];
    int i = threadIdx.x;
    part[i] = i < n ? in[i] : 0;
    __syncthreads();
    for (int half = 128; half > 0; half /= 2) {
        if (i < half) {
            part[i] += part[i + half];
        }
    }
    if (i == 0) {
        out[0] = part[0];
    }
}
