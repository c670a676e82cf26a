// The mistake: ten steps with three barriers each.
extern "C" __global__ void scan(const int* in, int* out, int n)
{
    __shared__ int buffers[2][1024];
    const int thread = threadIdx.x;
    int carry = 0;
    for (int first = 0; first < n; first += 1024) {
        int from = 0;
        buffers[0][thread] = first + thread < n ? in[first + thread] : 0;
        __syncthreads();
        for (int distance = 1; distance < 1024; distance *= 2) {
            int other = thread >= distance ? buffers[from][thread - distance] : 0;
            __syncthreads();
            buffers[1 - from][thread] = buffers[from][thread] + other;
            __syncthreads();
            buffers[from][thread] = buffers[1 - from][thread];
            __syncthreads();
        }
        if (first + thread < n)
            out[first + thread] = carry + (thread > 0 ? buffers[from][thread - 1] : 0);
        carry += buffers[from][1023];
        __syncthreads();
    }
}
