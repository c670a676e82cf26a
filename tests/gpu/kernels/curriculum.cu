// The kernels of the labs, as a learner may write them.
extern "C" __global__ void vector_add(const float* a, const float* b, float* c, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) c[i] = a[i] + b[i];
}

extern "C" __global__ void histogram(const unsigned char* in, unsigned* bins, int n) {
    __shared__ unsigned own[256];
    for (int k = threadIdx.x; k < 256; k += blockDim.x) own[k] = 0;
    __syncthreads();
    for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) atomicAdd(&own[in[i]], 1u);
    __syncthreads();
    for (int k = threadIdx.x; k < 256; k += blockDim.x)
        if (own[k]) atomicAdd(&bins[k], own[k]);
}

extern "C" __global__ void matmul(const float* a, const float* b, float* c, int m, int n, int k) {
    __shared__ float as[8][8], bs[8][8];
    int row = blockIdx.y * 8 + threadIdx.y, col = blockIdx.x * 8 + threadIdx.x;
    float sum = 0.0f;
    for (int at = 0; at < k; at += 8) {
        as[threadIdx.y][threadIdx.x] = row < m && at + threadIdx.x < k ? a[row * k + at + threadIdx.x] : 0.0f;
        bs[threadIdx.y][threadIdx.x] = col < n && at + threadIdx.y < k ? b[(at + threadIdx.y) * n + col] : 0.0f;
        __syncthreads();
        for (int j = 0; j < 8; ++j) sum += as[threadIdx.y][j] * bs[j][threadIdx.x];
        __syncthreads();
    }
    if (row < m && col < n) c[row * n + col] = sum;
}

extern "C" __global__ void softmax(const float* in, float* out, int rows, int cols) {
    __shared__ float cells[64];
    int t = threadIdx.x, row = blockIdx.x;
    if (row >= rows) return;
    float greatest = -INFINITY;
    for (int j = t; j < cols; j += blockDim.x) greatest = fmaxf(greatest, in[row * cols + j]);
    cells[t] = greatest;
    __syncthreads();
    for (int half = blockDim.x / 2; half > 0; half /= 2) {
        if (t < half) cells[t] = fmaxf(cells[t], cells[t + half]);
        __syncthreads();
    }
    greatest = cells[0];
    __syncthreads();
    float sum = 0.0f;
    for (int j = t; j < cols; j += blockDim.x) sum += expf(in[row * cols + j] - greatest);
    cells[t] = sum;
    __syncthreads();
    for (int half = blockDim.x / 2; half > 0; half /= 2) {
        if (t < half) cells[t] += cells[t + half];
        __syncthreads();
    }
    for (int j = t; j < cols; j += blockDim.x) out[row * cols + j] = expf(in[row * cols + j] - greatest) / cells[0];
}

extern "C" __global__ void reduce(const float* in, float* out, int n) {
    float sum = 0.0f;
    for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) sum += in[i];
    for (int step = 16; step > 0; step /= 2) sum += __shfl_down_sync(0xffffffffu, sum, step);
    if ((threadIdx.x & 31) == 0) atomicAdd(out, sum);
}

// The work-efficient scan of one block: up the tree, and down again.
extern "C" __global__ void blelloch(const int* in, int* out, int n) {
    extern __shared__ int tree[];
    int t = threadIdx.x, size = 2 * blockDim.x;
    tree[2 * t] = 2 * t < n ? in[2 * t] : 0;
    tree[2 * t + 1] = 2 * t + 1 < n ? in[2 * t + 1] : 0;
    int offset = 1;
    for (int d = size >> 1; d > 0; d >>= 1) {
        __syncthreads();
        if (t < d) tree[offset * (2 * t + 2) - 1] += tree[offset * (2 * t + 1) - 1];
        offset *= 2;
    }
    if (t == 0) tree[size - 1] = 0;
    for (int d = 1; d < size; d *= 2) {
        offset >>= 1;
        __syncthreads();
        if (t < d) {
            int low = offset * (2 * t + 1) - 1, high = offset * (2 * t + 2) - 1;
            int left = tree[low];
            tree[low] = tree[high];
            tree[high] += left;
        }
    }
    __syncthreads();
    if (2 * t < n) out[2 * t] = tree[2 * t];
    if (2 * t + 1 < n) out[2 * t + 1] = tree[2 * t + 1];
}

extern "C" __global__ void bitonic(int* values, int n) {
    extern __shared__ int cells[];
    int t = threadIdx.x;
    cells[t] = t < n ? values[t] : 0x7fffffff;
    for (unsigned size = 2; size <= blockDim.x; size *= 2)
        for (unsigned gap = size / 2; gap > 0; gap /= 2) {
            __syncthreads();
            unsigned other = t ^ gap;
            if (other > t && ((t & size) == 0) == (cells[t] > cells[other])) {
                int kept = cells[t];
                cells[t] = cells[other];
                cells[other] = kept;
            }
        }
    __syncthreads();
    if (t < n) values[t] = cells[t];
}
