// Static and dynamic shared memory, several arrays in one allocation, generic pointers into it.
extern __shared__ int pool[];

extern "C" __global__ void reversed(const int* in, int* out) {
    pool[threadIdx.x] = in[blockIdx.x * blockDim.x + threadIdx.x];
    __syncthreads();
    out[blockIdx.x * blockDim.x + threadIdx.x] = pool[blockDim.x - 1 - threadIdx.x];
}

extern "C" __global__ void two_arrays(const int* in, double* out) {
    double* wide = (double*)pool;
    unsigned char* narrow = (unsigned char*)(wide + blockDim.x);
    int t = threadIdx.x, i = blockIdx.x * blockDim.x + t;
    wide[t] = in[i] * 0.5;
    narrow[t] = (unsigned char)in[i];
    __syncthreads();
    int next = (t + 1) % blockDim.x;
    out[i] = wide[next] + narrow[next];
}

__device__ __noinline__ int total(const int* values, int count) {
    int sum = 0;
    for (int k = 0; k < count; ++k) sum += values[k];
    return sum;
}

// The same function reads shared, global and local memory.
extern "C" __global__ void any_space(const int* in, int* out) {
    __shared__ int both[8];
    int own[8];
    int t = threadIdx.x;
    if (t < 8) both[t] = in[t] * 3;
    for (int k = 0; k < 8; ++k) own[(k + t) % 8] = k * t;
    __syncthreads();
    const int* from = t % 3 == 0 ? both : t % 3 == 1 ? in : own;
    out[t] = total(from, 8);
}

extern "C" __global__ void transpose(const float* in, float* out, int rows, int cols) {
    __shared__ float tile[8][9];
    int col = blockIdx.x * 8 + threadIdx.x, row = blockIdx.y * 8 + threadIdx.y;
    if (row < rows && col < cols) tile[threadIdx.y][threadIdx.x] = in[row * cols + col];
    __syncthreads();
    col = blockIdx.y * 8 + threadIdx.x;
    row = blockIdx.x * 8 + threadIdx.y;
    if (row < cols && col < rows) out[row * rows + col] = tile[threadIdx.x][threadIdx.y];
}
