// Raw readings become temperatures: with and without a guard.

// ANCHOR: unguarded
extern "C" __global__ void calibrate(const float* raw, float* out,
                                     float gain, float offset)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    out[i] = gain * raw[i] + offset;
}
// ANCHOR_END: unguarded

// ANCHOR: guarded
extern "C" __global__ void calibrate_guarded(const float* raw, float* out,
                                             float gain, float offset, int n)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) {
        out[i] = gain * raw[i] + offset;
    }
}
// ANCHOR_END: guarded
