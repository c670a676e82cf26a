// Up and down a tree, after Blelloch, in place: n additions a step less each time, and twenty barriers.

extern "C" __global__ void scan(const int* in, int* out, int n)
{
    __shared__ int tree[1024];
    __shared__ int carry;
    const int thread = threadIdx.x;
    if (thread == 0)
        carry = 0;
    for (int first = 0; first < n; first += 1024) {
        tree[thread] = first + thread < n ? in[first + thread] : 0;
        for (int half = 1; half < 1024; half *= 2) {
            __syncthreads();
            int right = 2 * half * (thread + 1) - 1;
            if (right < 1024)
                tree[right] += tree[right - half];
        }
        __syncthreads();
        int before = carry;
        __syncthreads();
        if (thread == 0) {
            carry = before + tree[1023];
            tree[1023] = 0;
        }
        for (int half = 512; half > 0; half /= 2) {
            __syncthreads();
            int right = 2 * half * (thread + 1) - 1;
            if (right < 1024) {
                int left = tree[right - half];
                tree[right - half] = tree[right];
                tree[right] += left;
            }
        }
        __syncthreads();
        if (first + thread < n)
            out[first + thread] = before + tree[thread];
        __syncthreads();
    }
}
