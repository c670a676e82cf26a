// One warp loads 32 elements, `stride` elements apart, from element `first` on.

extern "C" __global__ void floats(const float* x, float* out, int first, int stride)
{
    out[threadIdx.x] = x[first + (int)threadIdx.x * stride];
}

extern "C" __global__ void shorts(const short* x, float* out, int first, int stride)
{
    out[threadIdx.x] = x[first + (int)threadIdx.x * stride];
}

extern "C" __global__ void bytes(const unsigned char* x, float* out, int first, int stride)
{
    out[threadIdx.x] = x[first + (int)threadIdx.x * stride];
}
