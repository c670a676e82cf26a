// Barriers, fences and warp primitives.
#ifndef SYSLAB_WARP_H
#define SYSLAB_WARP_H

// clang has this one built in, also where it makes the host's code.
#if !__has_builtin(__syncthreads) && defined(__CUDA_ARCH__)
SYSLAB_DEVICE void __syncthreads() { asm volatile("bar.sync 0;" ::: "memory"); }
#endif

SYSLAB_DEVICE int __syncthreads_count(int predicate) {
  int count;
  asm volatile(
      "{ .reg .pred p; setp.ne.s32 p, %1, 0; bar.red.popc.u32 %0, 0, p; }"
      : "=r"(count)
      : "r"(predicate)
      : "memory");
  return count;
}

#define SYSLAB_REDUCING_BARRIER(name, op)                                     \
  SYSLAB_DEVICE int name(int predicate) {                                     \
    int verdict;                                                              \
    asm volatile(                                                             \
        "{ .reg .pred p, q; setp.ne.s32 p, %1, 0; bar.red." op ".pred q, 0, " \
        "p; selp.s32 %0, 1, 0, q; }"                                          \
        : "=r"(verdict)                                                       \
        : "r"(predicate)                                                      \
        : "memory");                                                          \
    return verdict;                                                           \
  }
SYSLAB_REDUCING_BARRIER(__syncthreads_and, "and")
SYSLAB_REDUCING_BARRIER(__syncthreads_or, "or")
#undef SYSLAB_REDUCING_BARRIER

SYSLAB_DEVICE void __syncwarp(unsigned mask = 0xffffffffu) {
  asm volatile("bar.warp.sync %0;" ::"r"(mask) : "memory");
}

SYSLAB_DEVICE void __threadfence() { asm volatile("membar.gl;" ::: "memory"); }
SYSLAB_DEVICE void __threadfence_block() {
  asm volatile("membar.cta;" ::: "memory");
}
SYSLAB_DEVICE void __threadfence_system() {
  asm volatile("membar.sys;" ::: "memory");
}

SYSLAB_DEVICE unsigned __activemask() {
  unsigned mask;
  asm volatile("activemask.b32 %0;" : "=r"(mask)::"memory");
  return mask;
}

SYSLAB_DEVICE unsigned __ballot_sync(unsigned mask, int predicate) {
  unsigned lanes;
  asm volatile(
      "{ .reg .pred p; setp.ne.s32 p, %1, 0; vote.sync.ballot.b32 %0, p, %2; }"
      : "=r"(lanes)
      : "r"(predicate), "r"(mask)
      : "memory");
  return lanes;
}

#define SYSLAB_VOTE(name, op)                                                \
  SYSLAB_DEVICE int name(unsigned mask, int predicate) {                     \
    int verdict;                                                             \
    asm volatile(                                                            \
        "{ .reg .pred p, q; setp.ne.s32 p, %1, 0; vote.sync." op ".pred q, " \
        "p, %2; selp.s32 %0, 1, 0, q; }"                                     \
        : "=r"(verdict)                                                      \
        : "r"(predicate), "r"(mask)                                          \
        : "memory");                                                         \
    return verdict;                                                          \
  }
SYSLAB_VOTE(__all_sync, "all")
SYSLAB_VOTE(__any_sync, "any")
SYSLAB_VOTE(__uni_sync, "uni")
#undef SYSLAB_VOTE

// Shuffles: of words, and from them of every type of four or eight bytes.
#define SYSLAB_SHUFFLE(name, mode, clamp, lane_t)                             \
  SYSLAB_DEVICE unsigned name(unsigned mask, unsigned value, lane_t lane,     \
                              int width = 32) {                               \
    unsigned result;                                                          \
    asm volatile("shfl.sync." mode ".b32 %0, %1, %2, %3, %4;"                 \
                 : "=r"(result)                                               \
                 : "r"(value), "r"(lane), "r"(((32 - width) << 8) | (clamp)), \
                   "r"(mask)                                                  \
                 : "memory");                                                 \
    return result;                                                            \
  }                                                                           \
  SYSLAB_DEVICE int name(unsigned mask, int value, lane_t lane,               \
                         int width = 32) {                                    \
    return (int)name(mask, (unsigned)value, lane, width);                     \
  }                                                                           \
  SYSLAB_DEVICE float name(unsigned mask, float value, lane_t lane,           \
                           int width = 32) {                                  \
    unsigned bits = name(mask, __builtin_bit_cast(unsigned, value), lane,     \
                         width);                                              \
    return __builtin_bit_cast(float, bits);                                   \
  }                                                                           \
  SYSLAB_DEVICE unsigned long long name(                                      \
      unsigned mask, unsigned long long value, lane_t lane, int width = 32) { \
    unsigned low = name(mask, (unsigned)value, lane, width);                  \
    unsigned high = name(mask, (unsigned)(value >> 32), lane, width);         \
    return (unsigned long long)high << 32 | low;                              \
  }                                                                           \
  SYSLAB_DEVICE long long name(unsigned mask, long long value, lane_t lane,   \
                               int width = 32) {                              \
    return (long long)name(mask, (unsigned long long)value, lane, width);     \
  }                                                                           \
  SYSLAB_DEVICE unsigned long name(unsigned mask, unsigned long value,        \
                                   lane_t lane, int width = 32) {             \
    return (unsigned long)name(mask, (unsigned long long)value, lane, width); \
  }                                                                           \
  SYSLAB_DEVICE long name(unsigned mask, long value, lane_t lane,             \
                          int width = 32) {                                   \
    return (long)name(mask, (unsigned long long)value, lane, width);          \
  }                                                                           \
  SYSLAB_DEVICE double name(unsigned mask, double value, lane_t lane,         \
                            int width = 32) {                                 \
    unsigned long long bits = name(                                           \
        mask, __builtin_bit_cast(unsigned long long, value), lane, width);    \
    return __builtin_bit_cast(double, bits);                                  \
  }
SYSLAB_SHUFFLE(__shfl_sync, "idx", 0x1f, int)
SYSLAB_SHUFFLE(__shfl_up_sync, "up", 0, unsigned)
SYSLAB_SHUFFLE(__shfl_down_sync, "down", 0x1f, unsigned)
SYSLAB_SHUFFLE(__shfl_xor_sync, "bfly", 0x1f, int)
#undef SYSLAB_SHUFFLE

SYSLAB_DEVICE unsigned syslab_match_any(unsigned mask, unsigned value) {
  unsigned lanes;
  asm volatile("match.any.sync.b32 %0, %1, %2;"
               : "=r"(lanes)
               : "r"(value), "r"(mask)
               : "memory");
  return lanes;
}
SYSLAB_DEVICE unsigned syslab_match_any(unsigned mask,
                                        unsigned long long value) {
  unsigned lanes;
  asm volatile("match.any.sync.b64 %0, %1, %2;"
               : "=r"(lanes)
               : "l"(value), "r"(mask)
               : "memory");
  return lanes;
}
SYSLAB_DEVICE unsigned syslab_match_all(unsigned mask, unsigned value,
                                        int *all) {
  unsigned lanes;
  int verdict;
  asm volatile(
      "{ .reg .pred p; match.all.sync.b32 %0|p, %2, %3; selp.s32 %1, 1, 0, p; }"
      : "=r"(lanes), "=r"(verdict)
      : "r"(value), "r"(mask)
      : "memory");
  *all = verdict;
  return lanes;
}
SYSLAB_DEVICE unsigned syslab_match_all(unsigned mask,
                                        unsigned long long value, int *all) {
  unsigned lanes;
  int verdict;
  asm volatile(
      "{ .reg .pred p; match.all.sync.b64 %0|p, %2, %3; selp.s32 %1, 1, 0, p; }"
      : "=r"(lanes), "=r"(verdict)
      : "l"(value), "r"(mask)
      : "memory");
  *all = verdict;
  return lanes;
}
#define SYSLAB_MATCH(type, as)                                           \
  SYSLAB_DEVICE unsigned __match_any_sync(unsigned mask, type value) {   \
    return syslab_match_any(mask, __builtin_bit_cast(as, value));        \
  }                                                                      \
  SYSLAB_DEVICE unsigned __match_all_sync(unsigned mask, type value,     \
                                          int *all) {                    \
    return syslab_match_all(mask, __builtin_bit_cast(as, value), all);   \
  }
SYSLAB_MATCH(int, unsigned)
SYSLAB_MATCH(unsigned, unsigned)
SYSLAB_MATCH(float, unsigned)
SYSLAB_MATCH(long, unsigned long long)
SYSLAB_MATCH(unsigned long, unsigned long long)
SYSLAB_MATCH(long long, unsigned long long)
SYSLAB_MATCH(unsigned long long, unsigned long long)
SYSLAB_MATCH(double, unsigned long long)
#undef SYSLAB_MATCH

// redux.sync came with compute capability 8.0; before, as the hardware's own compilers do it.
#define SYSLAB_REDUCE(name, type, op)                                      \
  SYSLAB_DEVICE type name(unsigned mask, type value) {                     \
    unsigned left = mask;                                                  \
    type all = __shfl_sync(mask, value, __builtin_ffs((int)left) - 1);     \
    for (left &= left - 1; left != 0; left &= left - 1) {                  \
      type next = __shfl_sync(mask, value, __builtin_ffs((int)left) - 1);  \
      all = op;                                                            \
    }                                                                      \
    return all;                                                            \
  }
SYSLAB_REDUCE(__reduce_add_sync, unsigned, all + next)
SYSLAB_REDUCE(__reduce_min_sync, unsigned, all < next ? all : next)
SYSLAB_REDUCE(__reduce_max_sync, unsigned, all > next ? all : next)
SYSLAB_REDUCE(__reduce_and_sync, unsigned, all & next)
SYSLAB_REDUCE(__reduce_or_sync, unsigned, all | next)
SYSLAB_REDUCE(__reduce_xor_sync, unsigned, all ^ next)
SYSLAB_REDUCE(__reduce_add_sync, int, all + next)
SYSLAB_REDUCE(__reduce_min_sync, int, all < next ? all : next)
SYSLAB_REDUCE(__reduce_max_sync, int, all > next ? all : next)
#undef SYSLAB_REDUCE

#endif
