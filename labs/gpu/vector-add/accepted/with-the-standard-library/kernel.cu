// For device and host, with what the standard library and nvcc have for both.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>

#ifdef __CUDACC__
#define EVERYWHERE __host__ __device__
#else
#define EVERYWHERE
#endif

struct Add {
    EVERYWHERE float operator()(float x, float y) const { return x + y; }
};

static __device__ float load(const float* place)
{
    std::uint32_t bits;
    std::memcpy(&bits, place, sizeof bits);
    return __uint_as_float(bits);
}

extern "C" __global__ void vector_add(const float* a, const float* b, float* c, int n)
{
    std::size_t i = blockIdx.x * std::size_t(blockDim.x) + threadIdx.x;
    if (i >= static_cast<std::size_t>(n))
        return;
    float sum = Add()(load(a + i), load(b + i));
    c[i] = std::isnan(sum) ? nanf("") : sum;
}
