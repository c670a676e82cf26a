/* No classes: one way out, on which everything is given back that is there. */
#include <stdio.h>
#include <stdlib.h>
#include <cuda_runtime.h>

#define TRY(call)                                                                  \
    do {                                                                           \
        cudaError_t error_ = (call);                                               \
        if (error_ != cudaSuccess) {                                               \
            fprintf(stderr, "%s:%d: %s: %s\n", __FILE__, __LINE__, #call,          \
                    cudaGetErrorString(error_));                                   \
            status = error_ == cudaErrorNoDevice ? 3 : 1;                          \
            goto out;                                                              \
        }                                                                          \
    } while (0)

__global__ void add(const float *a, const float *b, float *c, int n)
{
    int i = blockDim.x * blockIdx.x + threadIdx.x;
    if (i >= n)
        return;
    c[i] = a[i] + b[i];
}

int main(int argc, char **argv)
{
    int status = 0, devices, k;
    size_t n = argc > 1 ? strtoul(argv[1], NULL, 10) : 0, i;
    size_t first = n - n / 2, bytes = (n ? n : 1) * sizeof(float);
    float *a = NULL, *b = NULL, *c = NULL, *da = NULL, *db = NULL, *dc = NULL;
    cudaStream_t streams[2] = {NULL, NULL};
    double sum = 0;

    TRY(cudaGetDeviceCount(&devices));
    TRY(cudaMallocHost(&a, bytes));
    TRY(cudaMallocHost(&b, bytes));
    TRY(cudaMallocHost(&c, bytes));
    TRY(cudaMalloc(&da, bytes));
    TRY(cudaMalloc(&db, bytes));
    TRY(cudaMalloc(&dc, bytes));
    for (k = 0; k < 2; k++)
        TRY(cudaStreamCreate(&streams[k]));
    for (i = 0; i < n; i++) {
        a[i] = (float)(i % 1000);
        b[i] = (float)(i % 7);
    }
    /* Breadth first. */
    for (k = 0; k < 2; k++) {
        size_t at = k ? first : 0, count = k ? n - first : first;
        TRY(cudaMemcpyAsync(da + at, a + at, count * sizeof(float), cudaMemcpyHostToDevice, streams[k]));
        TRY(cudaMemcpyAsync(db + at, b + at, count * sizeof(float), cudaMemcpyHostToDevice, streams[k]));
    }
    for (k = 0; k < 2; k++) {
        size_t at = k ? first : 0, count = k ? n - first : first;
        if (count == 0)
            continue;
        add<<<(unsigned)((count + 63) / 64), 64, 0, streams[k]>>>(da + at, db + at, dc + at, (int)count);
        TRY(cudaGetLastError());
    }
    for (k = 0; k < 2; k++) {
        size_t at = k ? first : 0, count = k ? n - first : first;
        TRY(cudaMemcpyAsync(c + at, dc + at, count * sizeof(float), cudaMemcpyDeviceToHost, streams[k]));
    }
    for (i = 0; i < n; i++)
        sum += c[i];
    printf("%.0f\n", sum);
out:
    for (k = 0; k < 2; k++)
        if (streams[k] != NULL)
            cudaStreamDestroy(streams[k]);
    cudaFree(da);
    cudaFree(db);
    cudaFree(dc);
    cudaFreeHost(a);
    cudaFreeHost(b);
    cudaFreeHost(c);
    return status;
}
