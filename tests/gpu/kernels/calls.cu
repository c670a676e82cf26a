// Calls: recursion, functions that are not inlined, templates, pointers to locals, structures returned.
__device__ int ackermann(int m, int n) {
    if (m == 0) return n + 1;
    if (n == 0) return ackermann(m - 1, 1);
    return ackermann(m - 1, ackermann(m, n - 1));
}

__device__ __noinline__ unsigned fibonacci(unsigned n) { return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2); }

extern "C" __global__ void recursion(int* out) {
    int t = threadIdx.x;
    out[t] = t % 2 ? ackermann(2, t / 8) : (int)fibonacci(t / 4);
}

template <typename T, int Times>
__device__ __noinline__ T repeated(T x) {
    T sum = 0;
#pragma unroll 1
    for (int k = 0; k < Times; ++k) sum += x;
    return sum;
}

__device__ __noinline__ void divided(int a, int b, int* quotient, int* remainder) {
    *quotient = a / b;
    *remainder = a % b;
}

struct Both {
    long long sum;
    float product;
    char sign;
};

__device__ __noinline__ Both both(int a, int b) {
    Both result = {(long long)a + b, (float)a * (float)b, (char)(a < b ? '-' : '+')};
    return result;
}

extern "C" __global__ void calls(const int* a, const int* b, long long* out, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    int quotient, remainder;
    divided(a[i], b[i], &quotient, &remainder);
    out[i] = quotient;
    out[n + i] = remainder;
    out[2 * n + i] = repeated<short, 3>((short)a[i]) + repeated<long long, 5>(b[i]);
    Both result = both(a[i], b[i]);
    out[3 * n + i] = result.sum;
    out[4 * n + i] = (long long)result.product;
    out[5 * n + i] = result.sign;
}
