extern "C" __global__ void hello(int* block, int* warp, int width) {
    int x = blockIdx.x * blockDim.x + threadIdx.x;
    int y = blockIdx.y * blockDim.y + threadIdx.y;
    int in_block = threadIdx.y * blockDim.x + threadIdx.x;
    block[y * width + x] = blockIdx.y * gridDim.x + blockIdx.x;
    warp[y * width + x] = in_block / warpSize;
    if (in_block == 0) {
        printf("block (%d, %d)\n", blockIdx.x, blockIdx.y);
    }
}
