// Cooperative groups: the block, tiles of it, and the sum of each tile.
#include <cooperative_groups.h>
namespace cg = cooperative_groups;

template <int Size>
__device__ int tile_sum(cg::thread_block_tile<Size> tile, int x) {
    for (int step = Size / 2; step > 0; step /= 2) x += tile.shfl_down(x, step);
    return tile.shfl(x, 0);
}

extern "C" __global__ void groups(const int* in, int* out) {
    cg::thread_block block = cg::this_thread_block();
    int t = block.thread_rank();
    __shared__ int cells[128];
    cells[t] = in[blockIdx.x * block.size() + t];
    block.sync();
    int other = cells[block.size() - 1 - t];
    auto warp = cg::tiled_partition<32>(block);
    auto eight = cg::tiled_partition<8>(block);
    int i = blockIdx.x * block.size() + t, all = gridDim.x * block.size();
    out[i] = tile_sum<32>(warp, other);
    out[all + i] = tile_sum<8>(eight, other);
    out[2 * all + i] = eight.thread_rank() + 10 * eight.meta_group_rank();
    out[3 * all + i] = (eight.any(other == 7) != 0) + 2 * (warp.all(other < 90) != 0);
    out[4 * all + i] = (int)eight.ballot(other & 1);
    warp.sync();
    out[5 * all + i] = warp.shfl_xor(other, 1) + warp.shfl_up(other, 1);
}
