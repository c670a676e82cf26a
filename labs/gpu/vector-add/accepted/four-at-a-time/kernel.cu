// Four elements a thread, with loads of sixteen bytes; the first threads of all do what is left over.

extern "C" __global__ void vector_add(const float* a, const float* b, float* c, int n)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    int fours = n / 4;
    if (i < fours) {
        float4 x = reinterpret_cast<const float4*>(a)[i];
        float4 y = reinterpret_cast<const float4*>(b)[i];
        reinterpret_cast<float4*>(c)[i] = make_float4(x.x + y.x, x.y + y.y, x.z + y.z, x.w + y.w);
    }
    int left = 4 * fours + i;
    if (i < n % 4)
        c[left] = a[left] + b[left];
}
