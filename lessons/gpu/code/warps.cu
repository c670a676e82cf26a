// Within a warp: what lanes may rely on.

// ANCHOR: lockstep
__device__ float warp_sum_old(volatile float* cell, int lane)
{
    for (int half = 16; half > 0; half /= 2) {
        if (lane < half) {
            cell[lane] += cell[lane + half];
        }
    }
    return cell[0];
}
// ANCHOR_END: lockstep

// ANCHOR: shared
__device__ float warp_sum_shared(float* cell, int lane)
{
    for (int half = 16; half > 0; half /= 2) {
        if (lane < half) {
            cell[lane] += cell[lane + half];
        }
        __syncwarp();
    }
    return cell[0];
}
// ANCHOR_END: shared

// ANCHOR: shuffle
__device__ float warp_sum(float value)
{
    for (int half = 16; half > 0; half /= 2) {
        value += __shfl_down_sync(0xffffffff, value, half);
    }
    return value;
}
// ANCHOR_END: shuffle

extern "C" __global__ void sums(const float* in, float* out)
{
    __shared__ float cell[32];
    int lane = threadIdx.x % 32;
    cell[lane] = in[lane];
    __syncwarp();
    float shared = warp_sum_shared(cell, lane);
    float shuffled = warp_sum(in[lane]);
    __syncwarp();
    cell[lane] = in[lane];
    __syncwarp();
    float old = warp_sum_old(cell, lane);
    if (lane == 0) {
        out[0] = shuffled;
        out[1] = shared;
        out[2] = old;
    }
}
