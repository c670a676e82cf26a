// One function, blocking copies, one way out.
#include <cuda_runtime.h>

__global__ void add(const float *a, const float *b, float *c, long n)
{
    for (long i = blockIdx.x * (long)blockDim.x + threadIdx.x; i < n; i += (long)gridDim.x * blockDim.x)
        c[i] = a[i] + b[i];
}

extern "C" const char *add_floats(const float *a, const float *b, float *c, long n)
{
    float *memory = nullptr;
    cudaError_t error;
    if (n == 0)
        return nullptr;
    // One allocation for all three.
    if ((error = cudaMalloc(&memory, 3 * n * sizeof(float))) != cudaSuccess)
        return cudaGetErrorString(error);
    error = cudaMemcpy(memory, a, n * sizeof(float), cudaMemcpyHostToDevice);
    if (error == cudaSuccess)
        error = cudaMemcpy(memory + n, b, n * sizeof(float), cudaMemcpyHostToDevice);
    if (error == cudaSuccess) {
        add<<<32, 128>>>(memory, memory + n, memory + 2 * n, n);
        error = cudaGetLastError();
    }
    if (error == cudaSuccess)
        error = cudaMemcpy(c, memory + 2 * n, n * sizeof(float), cudaMemcpyDeviceToHost);
    cudaError_t freed = cudaFree(memory);
    if (error == cudaSuccess)
        error = freed;
    return error == cudaSuccess ? nullptr : cudaGetErrorString(error);
}
