/* The stream of a half that has no elements is not noted for the end. */
#include <stdio.h>
#include <stdlib.h>
#include <cuda_runtime.h>
#define MAXU 32
static struct { int kind; void *p; } undo[MAXU];
static int nundo;
static void cleanup(void) {
    while (nundo) { void *p = undo[--nundo].p;
        switch (undo[nundo].kind) { case 0: cudaFree(p); break; case 1: cudaFreeHost(p); break; case 2: cudaStreamDestroy((cudaStream_t)p); break; } }
}
static void push(int k, void *p) { undo[nundo].kind = k; undo[nundo].p = p; nundo++; }
#define CHECK(name, ...) do { cudaError_t e_ = name(__VA_ARGS__); if (e_ != cudaSuccess) { fprintf(stderr, "%s:%d: %s failed with %d (%s)\n", __FILE__, __LINE__, #name, (int)e_, cudaGetErrorString(e_)); exit(1); } } while (0)
__global__ void vadd(const float *a, const float *b, float *c, int n) { const int i = blockDim.x * blockIdx.x + threadIdx.x; if (i < n) c[i] = a[i] + b[i]; }
int main(int argc, char **argv)
{
    int n = atoi(argv[1]), dev, k; float *h[2][3], *d[2][3]; cudaStream_t s[2]; double sum = 0;
    (void)argc;
    cudaError_t e = cudaGetDevice(&dev);
    if (e == cudaErrorNoDevice) { fputs("no device\n", stderr); exit(3); }
    if (e != cudaSuccess) { fprintf(stderr, "cudaGetDevice: %s\n", cudaGetErrorString(e)); exit(1); }
    atexit(cleanup);
    int cnt[2] = { n - n / 2, n / 2 }, off[2] = { 0, n - n / 2 };
    for (k = 0; k < 2; k++) {
        CHECK(cudaStreamCreateWithFlags, &s[k], cudaStreamNonBlocking); if (cnt[k]) push(2, s[k]);
        for (int j = 0; j < 3; j++) if (cnt[k]) {
            CHECK(cudaHostAlloc, (void **)&h[k][j], cnt[k] * sizeof(float), cudaHostAllocDefault); push(1, h[k][j]);
            CHECK(cudaMalloc, (void **)&d[k][j], cnt[k] * sizeof(float)); push(0, d[k][j]);
        }
        for (int i = 0; i < cnt[k]; i++) { h[k][0][i] = (off[k] + i) % 1000; h[k][1][i] = (off[k] + i) % 7; }
    }
    for (int j = 0; j < 2; j++) for (k = 0; k < 2; k++) if (cnt[k]) CHECK(cudaMemcpyAsync, d[k][j], h[k][j], cnt[k] * sizeof(float), cudaMemcpyHostToDevice, s[k]);
    for (k = 0; k < 2; k++) if (cnt[k]) {
        void *args[] = { &d[k][0], &d[k][1], &d[k][2], &cnt[k] };
        CHECK(cudaLaunchKernel, (const void *)vadd, dim3((cnt[k] + 255) / 256), dim3(256), args, 0, s[k]);
    }
    for (k = 0; k < 2; k++) if (cnt[k]) CHECK(cudaMemcpyAsync, h[k][2], d[k][2], cnt[k] * sizeof(float), cudaMemcpyDeviceToHost, s[k]);
    CHECK(cudaDeviceSynchronize,);
    for (k = 0; k < 2; k++) for (int i = 0; i < cnt[k]; i++) sum += h[k][2][i];
    printf("%.0f\n", sum);
    return 0;
}
