// Cooperative groups: the block, tiles of it, and the lanes that are here together.
//
// grid_group has no sync(): that needs a cooperative launch.
#ifndef SYSLAB_COOPERATIVE_GROUPS_H
#define SYSLAB_COOPERATIVE_GROUPS_H

#include "syslab_cuda.h"

#define SYSLAB_MEMBER __attribute__((device, always_inline, nodebug))

namespace cooperative_groups {

SYSLAB_DEVICE unsigned syslab_thread() {
  return (threadIdx.z * blockDim.y + threadIdx.y) * blockDim.x + threadIdx.x;
}
SYSLAB_DEVICE unsigned syslab_lane() {
  unsigned lane;
  asm("mov.u32 %0, %%laneid;" : "=r"(lane));
  return lane;
}

class grid_group {
 public:
  SYSLAB_MEMBER unsigned long long size() const {
    return (unsigned long long)gridDim.x * gridDim.y * gridDim.z * blockDim.x *
           blockDim.y * blockDim.z;
  }
  SYSLAB_MEMBER unsigned long long num_threads() const { return size(); }
  SYSLAB_MEMBER unsigned long long block_rank() const {
    return ((unsigned long long)blockIdx.z * gridDim.y + blockIdx.y) *
               gridDim.x +
           blockIdx.x;
  }
  SYSLAB_MEMBER unsigned long long thread_rank() const {
    return block_rank() * blockDim.x * blockDim.y * blockDim.z +
           syslab_thread();
  }
  SYSLAB_MEMBER unsigned long long num_blocks() const {
    return (unsigned long long)gridDim.x * gridDim.y * gridDim.z;
  }
  SYSLAB_MEMBER dim3 group_dim() const { return gridDim; }
};
SYSLAB_DEVICE grid_group this_grid() { return grid_group(); }

class thread_block {
 public:
  SYSLAB_MEMBER static void sync() { __syncthreads(); }
  SYSLAB_MEMBER static unsigned size() {
    return blockDim.x * blockDim.y * blockDim.z;
  }
  SYSLAB_MEMBER static unsigned num_threads() { return size(); }
  SYSLAB_MEMBER static unsigned thread_rank() { return syslab_thread(); }
  SYSLAB_MEMBER static dim3 group_index() { return blockIdx; }
  SYSLAB_MEMBER static dim3 thread_index() { return threadIdx; }
  SYSLAB_MEMBER static dim3 group_dim() { return blockDim; }
  SYSLAB_MEMBER static dim3 dim_threads() { return blockDim; }
};
SYSLAB_DEVICE thread_block this_thread_block() { return thread_block(); }

// What tiles and coalesced groups have in common: a mask of lanes.
class syslab_lanes {
 protected:
  unsigned lanes;
  SYSLAB_MEMBER explicit syslab_lanes(unsigned mask) : lanes(mask) {}

 public:
  SYSLAB_MEMBER void sync() const { __syncwarp(lanes); }
  SYSLAB_MEMBER int any(int predicate) const {
    return __any_sync(lanes, predicate);
  }
  SYSLAB_MEMBER int all(int predicate) const {
    return __all_sync(lanes, predicate);
  }
  SYSLAB_MEMBER unsigned syslab_mask() const { return lanes; }
};

template <unsigned Size, typename Parent = thread_block>
class thread_block_tile : public syslab_lanes {
  static_assert(Size >= 1 && Size <= 32 && (Size & (Size - 1)) == 0,
                "a tile has 1, 2, 4, 8, 16 or 32 threads");

 public:
  SYSLAB_MEMBER thread_block_tile()
      : syslab_lanes((Size == 32 ? 0xffffffffu : (1u << (Size & 31)) - 1)
                     << (syslab_lane() & ~(Size - 1))) {}
  SYSLAB_MEMBER static constexpr unsigned size() { return Size; }
  SYSLAB_MEMBER static constexpr unsigned num_threads() { return Size; }
  SYSLAB_MEMBER unsigned thread_rank() const {
    return syslab_lane() & (Size - 1);
  }
  SYSLAB_MEMBER unsigned meta_group_rank() const {
    return syslab_thread() / Size;
  }
  SYSLAB_MEMBER unsigned meta_group_size() const {
    return (thread_block::size() + Size - 1) / Size;
  }
  template <typename T>
  SYSLAB_MEMBER T shfl(T value, int rank) const {
    return __shfl_sync(lanes, value, rank, Size);
  }
  template <typename T>
  SYSLAB_MEMBER T shfl_up(T value, unsigned by) const {
    return __shfl_up_sync(lanes, value, by, Size);
  }
  template <typename T>
  SYSLAB_MEMBER T shfl_down(T value, unsigned by) const {
    return __shfl_down_sync(lanes, value, by, Size);
  }
  template <typename T>
  SYSLAB_MEMBER T shfl_xor(T value, unsigned by) const {
    return __shfl_xor_sync(lanes, value, (int)by, Size);
  }
  SYSLAB_MEMBER unsigned ballot(int predicate) const {
    return ranks(__ballot_sync(lanes, predicate));
  }
  template <typename T>
  SYSLAB_MEMBER unsigned match_any(T value) const {
    return ranks(__match_any_sync(lanes, value));
  }
  template <typename T>
  SYSLAB_MEMBER unsigned match_all(T value, int &all) const {
    return ranks(__match_all_sync(lanes, value, &all));
  }

 private:
  SYSLAB_MEMBER static unsigned ranks(unsigned mask) {
    return mask >> (syslab_lane() & ~(Size - 1));
  }
};
SYSLAB_DEVICE thread_block_tile<1> this_thread() {
  return thread_block_tile<1>();
}

template <unsigned Size>
SYSLAB_DEVICE thread_block_tile<Size> tiled_partition(const thread_block &) {
  return thread_block_tile<Size>();
}
template <unsigned Size, unsigned Outer, typename Parent>
SYSLAB_DEVICE thread_block_tile<Size> tiled_partition(
    const thread_block_tile<Outer, Parent> &) {
  static_assert(Size <= Outer, "a tile is no larger than what it is of");
  return thread_block_tile<Size>();
}

class coalesced_group : public syslab_lanes {
 public:
  SYSLAB_MEMBER explicit coalesced_group(unsigned mask) : syslab_lanes(mask) {}
  SYSLAB_MEMBER unsigned size() const { return (unsigned)__popc(lanes); }
  SYSLAB_MEMBER unsigned num_threads() const { return size(); }
  SYSLAB_MEMBER unsigned thread_rank() const {
    return (unsigned)__popc(lanes & ((1u << syslab_lane()) - 1));
  }
  template <typename T>
  SYSLAB_MEMBER T shfl(T value, unsigned rank) const {
    return __shfl_sync(lanes, value, (int)__fns(lanes, 0, (int)rank + 1));
  }
  template <typename T>
  SYSLAB_MEMBER T shfl_down(T value, unsigned by) const {
    unsigned rank = thread_rank() + by;
    return shfl(value, rank < size() ? rank : thread_rank());
  }
  template <typename T>
  SYSLAB_MEMBER T shfl_up(T value, unsigned by) const {
    unsigned rank = thread_rank();
    return shfl(value, rank >= by ? rank - by : rank);
  }
  SYSLAB_MEMBER unsigned ballot(int predicate) const {
    return ranks(__ballot_sync(lanes, predicate));
  }
  template <typename T>
  SYSLAB_MEMBER unsigned match_any(T value) const {
    return ranks(__match_any_sync(lanes, value));
  }
  template <typename T>
  SYSLAB_MEMBER unsigned match_all(T value, int &all) const {
    return ranks(__match_all_sync(lanes, value, &all));
  }

 private:
  SYSLAB_MEMBER unsigned ranks(unsigned mask) const {
    unsigned packed = 0;
    for (unsigned rank = 0; rank < size(); ++rank)
      packed |= (mask >> __fns(lanes, 0, (int)rank + 1) & 1) << rank;
    return packed;
  }
};
SYSLAB_DEVICE coalesced_group coalesced_threads() {
  return coalesced_group(__activemask());
}

// A group of which only at run time is known what it is: these lanes, or the block, if they are none.
class thread_group {
  unsigned lanes;

 public:
  SYSLAB_MEMBER thread_group(const thread_block &) : lanes(0) {}
  SYSLAB_MEMBER thread_group(const syslab_lanes &group)
      : lanes(group.syslab_mask()) {}
  SYSLAB_MEMBER void sync() const {
    if (lanes == 0)
      __syncthreads();
    else
      __syncwarp(lanes);
  }
  SYSLAB_MEMBER unsigned size() const {
    return lanes == 0 ? thread_block::size() : (unsigned)__popc(lanes);
  }
  SYSLAB_MEMBER unsigned num_threads() const { return size(); }
  SYSLAB_MEMBER unsigned thread_rank() const {
    return lanes == 0 ? thread_block::thread_rank()
                      : coalesced_group(lanes).thread_rank();
  }
  SYSLAB_MEMBER unsigned syslab_mask() const { return lanes; }
};

// Tiles whose size only the run knows; the last one may be smaller.
SYSLAB_DEVICE thread_group tiled_partition(const thread_block &block,
                                           unsigned size) {
  unsigned begin = block.thread_rank() & ~(size - 1);
  unsigned left = block.size() - begin, count = left < size ? left : size;
  return coalesced_group(~0u >> (32 - count) << (begin & 31));
}
SYSLAB_DEVICE coalesced_group tiled_partition(const coalesced_group &group,
                                              unsigned size) {
  unsigned begin = group.thread_rank() & ~(size - 1), mask = 0;
  for (unsigned rank = begin; rank < begin + size && rank < group.size(); ++rank)
    mask |= 1u << __fns(group.syslab_mask(), 0, (int)rank + 1);
  return coalesced_group(mask);
}
SYSLAB_DEVICE thread_group tiled_partition(const thread_group &group,
                                           unsigned size) {
  if (group.syslab_mask() == 0) return tiled_partition(thread_block(), size);
  return tiled_partition(coalesced_group(group.syslab_mask()), size);
}

// Of a tile or a coalesced group: those that have the same label.
template <typename Group, typename Label>
SYSLAB_DEVICE coalesced_group labeled_partition(const Group &group,
                                                Label label) {
  return coalesced_group(__match_any_sync(group.syslab_mask(), label));
}
template <typename Group>
SYSLAB_DEVICE coalesced_group binary_partition(const Group &group,
                                               bool predicate) {
  unsigned yes = __ballot_sync(group.syslab_mask(), predicate);
  return coalesced_group(predicate ? yes : group.syslab_mask() & ~yes);
}

// One thread of a group calls a function.
template <typename Group, typename Function, typename... Arguments>
SYSLAB_DEVICE void invoke_one(const Group &group, Function &&function,
                              Arguments &&...arguments) {
  if (group.thread_rank() == 0) function((Arguments &&)arguments...);
}
// And all of them have its result.
template <typename Group, typename Function, typename... Arguments>
SYSLAB_DEVICE auto invoke_one_broadcast(const Group &group,
                                        Function &&function,
                                        Arguments &&...arguments) {
  decltype(function((Arguments &&)arguments...)) result{};
  if (group.thread_rank() == 0) result = function((Arguments &&)arguments...);
  return group.shfl(result, 0);
}

template <typename Group>
SYSLAB_DEVICE void sync(const Group &group) {
  group.sync();
}

}  // namespace cooperative_groups

#undef SYSLAB_MEMBER

#endif
