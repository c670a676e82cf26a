// Calls through pointers: each thread chooses among functions, from a variable or a table in memory.
typedef int (*Step)(int, int);

__device__ __noinline__ int sum(int a, int b) { return a + b; }
__device__ __noinline__ int difference(int a, int b) { return a - b; }
__device__ __noinline__ int product(int a, int b) { return a * b; }

__device__ Step steps[3] = {sum, difference, product};

__device__ __noinline__ int applied(Step step, int times, int x) {
    for (int k = 0; k < times; ++k) x = step(x, 3);
    return x;
}

extern "C" __global__ void function_pointers(const int* which, const int* x, int* out, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    Step chosen = which[i] % 2 ? sum : product;
    out[i] = chosen(x[i], 7);
    out[n + i] = steps[which[i] % 3](x[i], i);
    out[2 * n + i] = applied(steps[which[i] % 2], 3, x[i]);
}
