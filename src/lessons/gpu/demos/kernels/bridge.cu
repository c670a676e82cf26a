__global__ void add(const float *a, const float *b, float *c, size_t n) {
    size_t i = blockIdx.x * (size_t)blockDim.x + threadIdx.x;
    if (i < n)
        c[i] = a[i] + b[i];
}

extern "C" int bridge_add(const float *a, const float *b, float *c, size_t n) {
    float *da = nullptr, *db = nullptr, *dc = nullptr;
    const size_t bytes = n * sizeof(float);
    int code = cudaMalloc(&da, bytes);
    if (code == 0)
        code = cudaMalloc(&db, bytes);
    if (code == 0)
        code = cudaMalloc(&dc, bytes);
    if (code == 0)
        code = cudaMemcpy(da, a, bytes, cudaMemcpyHostToDevice);
    if (code == 0)
        code = cudaMemcpy(db, b, bytes, cudaMemcpyHostToDevice);
    if (code == 0) {
        add<<<(n + 255) / 256, 256>>>(da, db, dc, n);
        code = cudaGetLastError();
    }
    if (code == 0)
        code = cudaMemcpy(c, dc, bytes, cudaMemcpyDeviceToHost);
    cudaFree(da);
    cudaFree(db);
    cudaFree(dc);
    return code;
}
