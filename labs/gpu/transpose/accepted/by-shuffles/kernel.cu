// No shared memory: a warp has a tile of 32 x 32 in its registers, and turns it in five exchanges between
// lanes, each of which swaps the off-diagonal quarters of tiles half as large. One warp of the block does
// it all, for the others have no register of its.

extern "C" __global__ void transpose(const float* in, float* out, int rows, int cols)
{
    if (threadIdx.y != 0)
        return;
    const int lane = threadIdx.x;
    const int top = blockIdx.y * 32, left = blockIdx.x * 32;
    float v[32];
#pragma unroll
    for (int r = 0; r < 32; r++)
        v[r] = top + r < rows && left + lane < cols ? in[(top + r) * cols + left + lane] : 0.0f;
#pragma unroll
    for (int half = 16; half > 0; half /= 2) {
        const bool upper = lane & half;
#pragma unroll
        for (int r = 0; r < 32; r++) {
            if (r & half)
                continue;
            float give = upper ? v[r] : v[r + half];
            float got = __shfl_xor_sync(0xffffffffu, give, half);
            if (upper)
                v[r] = got;
            else
                v[r + half] = got;
        }
    }
#pragma unroll
    for (int r = 0; r < 32; r++)
        if (left + r < cols && top + lane < rows)
            out[(left + r) * rows + top + lane] = v[r];
}
