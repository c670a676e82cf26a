// A whole program, as one writes it to try a kernel on a GPU: nvcc makes it one, and here its kernel is taken.

#include <cmath>
#include <cstdio>
#include <iostream>
#include <vector>

#include <cuda_runtime.h>

#define CHECK(call)                                                                     \
    do {                                                                                \
        cudaError_t error = (call);                                                     \
        if (error != cudaSuccess) {                                                     \
            std::cerr << __FILE__ << ':' << __LINE__ << ": " << cudaGetErrorString(error) << '\n'; \
            return 1;                                                                   \
        }                                                                               \
    } while (0)

__host__ __device__ inline int blocks(int n, int block)
{
    return (n + block - 1) / block;
}

extern "C" __global__ void vector_add(const float* a, const float* b, float* c, int n)
{
    const int i = blockDim.x * blockIdx.x + threadIdx.x;
    if (i < n)
        c[i] = a[i] + b[i];
}

int main()
{
    const int n = 50000;
    std::vector<float> a(n), b(n), c(n);
    for (int i = 0; i < n; i++) {
        a[i] = std::sin(i);
        b[i] = rand() / static_cast<float>(RAND_MAX);
    }

    float *on_device[3] = {};
    for (float*& array : on_device)
        CHECK(cudaMalloc(&array, n * sizeof(float)));
    CHECK(cudaMemcpy(on_device[0], a.data(), n * sizeof(float), cudaMemcpyHostToDevice));
    CHECK(cudaMemcpy(on_device[1], b.data(), n * sizeof(float), cudaMemcpyHostToDevice));
    vector_add<<<blocks(n, 256), 256>>>(on_device[0], on_device[1], on_device[2], n);
    CHECK(cudaGetLastError());
    CHECK(cudaMemcpy(c.data(), on_device[2], n * sizeof(float), cudaMemcpyDeviceToHost));
    for (float* array : on_device)
        CHECK(cudaFree(array));

    for (int i = 0; i < n; i++)
        if (std::fabs(a[i] + b[i] - c[i]) > 1e-5f) {
            std::printf("element %d is wrong\n", i);
            return 1;
        }
    std::printf("right\n");
    return 0;
}
