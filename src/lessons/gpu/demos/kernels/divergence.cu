__device__ int odd_work(int x, int turns) {
#pragma unroll 1
    for (int turn = 0; turn < turns; turn++) {
        x = x * 3 ^ turn;
    }
    return x;
}

__device__ int even_work(int x, int turns) {
#pragma unroll 1
    for (int turn = 0; turn < turns; turn++) {
        x = x * 5 - turn;
    }
    return x;
}

extern "C" __global__ void by_lane(int* out, int turns) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    out[i] = i % 2 ? odd_work(i, turns) : even_work(i, turns);
}

extern "C" __global__ void by_warp(int* out, int turns) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    out[i] = i / warpSize % 2 ? odd_work(i, turns) : even_work(i, turns);
}
