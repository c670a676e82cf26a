// Reductions over a group of lanes.
#ifndef SYSLAB_COOPERATIVE_GROUPS_REDUCE_H
#define SYSLAB_COOPERATIVE_GROUPS_REDUCE_H

#include "../cooperative_groups.h"

namespace cooperative_groups {

#define SYSLAB_OPERATION(name, result)                                \
  template <typename T>                                               \
  struct name {                                                       \
    __attribute__((device, always_inline, nodebug)) T operator()(     \
        T a, T b) const {                                             \
      return result;                                                  \
    }                                                                 \
  };
SYSLAB_OPERATION(plus, a + b)
SYSLAB_OPERATION(less, a < b ? a : b)
SYSLAB_OPERATION(greater, a > b ? a : b)
SYSLAB_OPERATION(bit_and, a & b)
SYSLAB_OPERATION(bit_or, a | b)
SYSLAB_OPERATION(bit_xor, a ^ b)
#undef SYSLAB_OPERATION

template <unsigned Size, typename Parent, typename T, typename Operation>
SYSLAB_DEVICE T reduce(const thread_block_tile<Size, Parent> &tile, T value,
                       Operation operation) {
  for (unsigned step = Size / 2; step > 0; step /= 2)
    value = operation(value, tile.shfl_xor(value, step));
  return value;
}

template <typename T, typename Operation>
SYSLAB_DEVICE T reduce(const coalesced_group &group, T value,
                       Operation operation) {
  T all = group.shfl(value, 0);
  for (unsigned rank = 1; rank < group.size(); ++rank)
    all = operation(all, group.shfl(value, rank));
  return all;
}

}  // namespace cooperative_groups

#endif
