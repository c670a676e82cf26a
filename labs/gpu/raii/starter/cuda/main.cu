// Adds two vectors on the GPU, and prints the sum of the result: prog N.

#include <cuda_runtime.h>

#include <cstdio>
#include <cstdlib>
#include <vector>

__global__ void add(const float *a, const float *b, float *c, int n)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n)
        c[i] = a[i] + b[i];
}

int main(int argc, char **argv)
{
    const int n = argc == 2 ? std::atoi(argv[1]) : 0;
    const std::size_t bytes = n * sizeof(float);

    // TODO: what if there is no device?

    // TODO: a copy of ordinary memory waits. Which memory does a copy need that does not?
    std::vector<float> a(n), b(n), c(n);
    for (int i = 0; i < n; i++) {
        a[i] = static_cast<float>(i % 1000);
        b[i] = static_cast<float>(i % 7);
    }

    // TODO: every call here can fail. Who notices, who says which one it was, and who cleans up then?
    float *da, *db, *dc;
    cudaMalloc(&da, bytes);
    cudaMalloc(&db, bytes);
    cudaMalloc(&dc, bytes);

    // TODO: two streams, each with one half; all of it is issued before anything is waited for.
    cudaMemcpy(da, a.data(), bytes, cudaMemcpyHostToDevice);
    cudaMemcpy(db, b.data(), bytes, cudaMemcpyHostToDevice);
    if (n > 0)
        add<<<(n + 255) / 256, 256>>>(da, db, dc, n);
    cudaMemcpy(c.data(), dc, bytes, cudaMemcpyDeviceToHost);

    double sum = 0.0;
    for (float element : c)
        sum += element;
    std::printf("%.0f\n", sum);
    // TODO: what has the device given you by now, and who gives it back?
    return 0;
}
