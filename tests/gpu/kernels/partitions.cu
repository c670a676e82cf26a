// Groups whose size only the run knows, groups of those that agree, prefix sums over groups.
#include <cooperative_groups.h>
#include <cooperative_groups/scan.h>
namespace cg = cooperative_groups;

// The CUDA C++ Programming Guide's first example: it does not know what group it is for.
__device__ int sum_of(cg::thread_group group, int* cells, int x) {
    int rank = group.thread_rank();
    for (int left = group.size() / 2; left > 0; left /= 2) {
        cells[rank] = x;
        group.sync();
        if (rank < left) x += cells[rank + left];
        group.sync();
    }
    return x;
}

// One block of 64 threads.
extern "C" __global__ void any_group(const int* in, int* out) {
    __shared__ int cells[64];
    cg::thread_block block = cg::this_thread_block();
    int t = block.thread_rank(), x = in[t];
    int of_block = sum_of(block, cells, x);
    cg::sync(block);
    cg::thread_group eight = cg::tiled_partition(block, 8);
    int of_eight = sum_of(eight, cells + t / 8 * 8, x);
    cg::thread_group four = cg::tiled_partition(eight, 4);
    int of_four = sum_of(four, cells + t / 4 * 4, x);
    block.sync();
    int of_warp = sum_of(cg::tiled_partition<32>(block), cells + t / 32 * 32, x);
    if (t == 0) out[0] = of_block;
    if (eight.thread_rank() == 0) out[1 + t / 8] = of_eight;
    if (four.thread_rank() == 0) out[9 + t / 4] = of_four;
    if (t % 32 == 0) out[25 + t / 32] = of_warp;
    out[27 + t] = (int)(eight.size() * 100 + four.num_threads() * 10 + cg::this_thread().size());
}

// One block of 44 threads: the last tile is smaller.
extern "C" __global__ void last_tile(int* out) {
    cg::thread_block block = cg::this_thread_block();
    cg::thread_group tile = cg::tiled_partition(block, 8);
    tile.sync();
    out[block.thread_rank()] = (int)(tile.size() * 10 + tile.thread_rank());
}

extern "C" __global__ void partitions(const int* in, int* out) {
    int t = threadIdx.x, x = in[t];
    auto warp = cg::tiled_partition<32>(cg::this_thread_block());
    cg::coalesced_group odd = cg::binary_partition(warp, x % 2 != 0);
    cg::coalesced_group same = cg::labeled_partition(warp, x % 5);
    out[t] = (int)(odd.size() * 100 + odd.thread_rank());
    out[64 + t] = (int)(same.size() * 100 + same.thread_rank());
    out[128 + t] = cg::reduce(same, x, cg::plus<int>());
    out[192 + t] = cg::inclusive_scan(same, x);
    out[256 + t] = cg::exclusive_scan(odd, x, cg::plus<int>());
    auto thirds = cg::tiled_partition(odd, 4);
    out[320 + t] = (int)(thirds.size() * 100 + thirds.thread_rank());
    int all;
    out[384 + t] = (int)same.match_any(x % 2) + (int)warp.match_all(x / 1000, all);
    out[448 + t] = all;
    auto sixteen = cg::tiled_partition<16>(cg::this_thread_block());
    out[512 + t] = cg::inclusive_scan(sixteen, x);
    out[576 + t] = cg::exclusive_scan(sixteen, x);
    out[640 + t] = cg::inclusive_scan(sixteen, x, cg::greater<int>());
    out[704 + t] = cg::invoke_one_broadcast(sixteen, [&] { return x; });
    cg::invoke_one(sixteen, [&](int k) { out[768 + t / 16] = k; }, x + 1);
}
