// Prefix sums, and the like, over a group of lanes.
#ifndef SYSLAB_COOPERATIVE_GROUPS_SCAN_H
#define SYSLAB_COOPERATIVE_GROUPS_SCAN_H

#include "reduce.h"

namespace cooperative_groups {

template <typename Group, typename T, typename Operation>
SYSLAB_DEVICE T inclusive_scan(const Group &group, T value,
                               Operation operation) {
  unsigned rank = group.thread_rank(), size = group.size();
  for (unsigned step = 1; step < size; step *= 2) {
    T before = group.shfl_up(value, step);
    if (rank >= step) value = operation(before, value);
  }
  return value;
}

// Of the first thread nothing is promised but for sums.
template <typename Group, typename T, typename Operation>
SYSLAB_DEVICE T exclusive_scan(const Group &group, T value,
                               Operation operation) {
  T before = group.shfl_up(inclusive_scan(group, value, operation), 1);
  return group.thread_rank() == 0 ? T() : before;
}

template <typename Group, typename T>
SYSLAB_DEVICE T inclusive_scan(const Group &group, T value) {
  return inclusive_scan(group, value, plus<T>());
}
template <typename Group, typename T>
SYSLAB_DEVICE T exclusive_scan(const Group &group, T value) {
  return exclusive_scan(group, value, plus<T>());
}

}  // namespace cooperative_groups

#endif
