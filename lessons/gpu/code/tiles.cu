// Distances of all pairs: each point is used many times.

// ANCHOR: plain
extern "C" __global__ void nearest(const float* x, float* near, int n)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) {
        return;
    }
    float best = INFINITY;
    for (int j = 0; j < n; j++) {
        float distance = fabsf(x[i] - x[j]);
        if (j != i && distance < best) {
            best = distance;
        }
    }
    near[i] = best;
}
// ANCHOR_END: plain

// ANCHOR: tiled
extern "C" __global__ void nearest_tiled(const float* x, float* near, int n)
{
    __shared__ float tile[256];
    int i = blockIdx.x * 256 + threadIdx.x;
    float mine = i < n ? x[i] : 0.0f;
    float best = INFINITY;
    for (int first = 0; first < n; first += 256) {
        int here = min(256, n - first);
        if ((int)threadIdx.x < here) {
            tile[threadIdx.x] = x[first + threadIdx.x];
        }
        __syncthreads();
        for (int j = 0; j < here; j++) {
            float distance = fabsf(mine - tile[j]);
            if (first + j != i && distance < best) {
                best = distance;
            }
        }
        __syncthreads();
    }
    if (i < n) {
        near[i] = best;
    }
}
// ANCHOR_END: tiled
