// The function that adds up does not know for what group: here it is the block. From the chapter "Cooperative
// Groups" of the CUDA C++ Programming Guide.
#include <cooperative_groups.h>
namespace cg = cooperative_groups;

__device__ float sum_of(cg::thread_group group, float* part, float sum)
{
    const unsigned rank = group.thread_rank();
    for (unsigned left = group.size(); left > 1;) {
        const unsigned half = (left + 1) / 2;
        part[rank] = sum;
        group.sync();
        if (rank < left / 2)
            sum += part[rank + half];
        group.sync();
        left = half;
    }
    return sum;
}

extern "C" __global__ void reduce(const float* in, float* out, int n)
{
    __shared__ float part[1024];

    float sum = 0.0f;
    for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x)
        sum += in[i];
    sum = sum_of(cg::this_thread_block(), part, sum);
    if (threadIdx.x == 0)
        atomicAdd(out, sum);
}
