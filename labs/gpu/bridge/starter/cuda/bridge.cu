// The C side of bridge.py: adds two vectors of floats on the GPU.
#include <cuda_runtime.h>

#include <cstddef>

__global__ void add(const float *a, const float *b, float *c, std::size_t n)
{
    std::size_t i = blockIdx.x * static_cast<std::size_t>(blockDim.x) + threadIdx.x;
    if (i < n)
        c[i] = a[i] + b[i];
}

// c = a + b, n elements each.
extern "C" void bridge_add(const float *a, const float *b, float *c, std::size_t n)
{
    if (n == 0)
        return;
    const std::size_t bytes = n * sizeof(float);
    float *da, *db, *dc;
    // TODO: each of these calls can fail, and so can the launch. How does the caller hear of it?
    cudaMalloc(&da, bytes);
    cudaMalloc(&db, bytes);
    cudaMalloc(&dc, bytes);
    cudaMemcpy(da, a, bytes, cudaMemcpyHostToDevice);
    cudaMemcpy(db, b, bytes, cudaMemcpyHostToDevice);
    add<<<static_cast<unsigned>((n + 255) / 256), 256>>>(da, db, dc, n);
    cudaMemcpy(c, dc, bytes, cudaMemcpyDeviceToHost);
    // TODO: who gives the device its memory back, also when something fails half-way?
}
