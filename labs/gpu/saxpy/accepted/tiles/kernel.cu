// A block takes a tile of as many elements as it has threads, and then the tile eight further on.

extern "C" __global__ void saxpy(float a, const float* x, float* y, int n)
{
    int tiles = n / int(blockDim.x) + (n % int(blockDim.x) != 0);
    for (int tile = blockIdx.x; tile < tiles; tile += gridDim.x) {
        int i = tile * blockDim.x + threadIdx.x;
        if (i < n)
            y[i] = a * x[i] + y[i];
    }
}
