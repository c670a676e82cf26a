// The mistake: elements beyond the end are left as they are, and added.
extern "C" __global__ void scan(const int* in, int* out, int n)
{
    __shared__ int buffers[2][1024];
    const int thread = threadIdx.x;
    int carry = 0;
    for (int first = 0; first < n; first += 1024) {
        int from = 0;
        if (first + thread < n)
            buffers[0][thread] = in[first + thread];
        __syncthreads();
        for (int distance = 1; distance < 1024; distance *= 2) {
            int sum = buffers[from][thread];
            if (thread >= distance)
                sum += buffers[from][thread - distance];
            buffers[1 - from][thread] = sum;
            from = 1 - from;
            __syncthreads();
        }
        if (first + thread < n)
            out[first + thread] = carry + (thread > 0 ? buffers[from][thread - 1] : 0);
        carry += buffers[from][1023];
        __syncthreads();
    }
}
