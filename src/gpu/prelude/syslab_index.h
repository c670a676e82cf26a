// Where a thread is: threadIdx, blockIdx, blockDim, gridDim, warpSize.
#ifndef SYSLAB_INDEX_H
#define SYSLAB_INDEX_H

// Reading a member reads the special register; nothing is stored anywhere.
#define SYSLAB_AXIS(axis, builtin)                                        \
  __declspec(property(get = syslab_get_##axis)) unsigned int axis;        \
  static __inline__ __attribute__((device, always_inline, nodebug))       \
  unsigned int syslab_get_##axis() {                                      \
    return builtin;                                                       \
  }

#define SYSLAB_POSITION(name, sreg)                                       \
  struct syslab_##name##_t {                                              \
    SYSLAB_AXIS(x, __nvvm_read_ptx_sreg_##sreg##_x())                     \
    SYSLAB_AXIS(y, __nvvm_read_ptx_sreg_##sreg##_y())                     \
    SYSLAB_AXIS(z, __nvvm_read_ptx_sreg_##sreg##_z())                     \
    __attribute__((device, always_inline, nodebug)) operator uint3()      \
        const {                                                           \
      return uint3{x, y, z};                                              \
    }                                                                     \
    __attribute__((device, always_inline, nodebug)) operator dim3()       \
        const {                                                           \
      return dim3(x, y, z);                                               \
    }                                                                     \
  };                                                                      \
  extern const __attribute__((device, weak)) syslab_##name##_t name;

SYSLAB_POSITION(threadIdx, tid)
SYSLAB_POSITION(blockIdx, ctaid)
SYSLAB_POSITION(blockDim, ntid)
SYSLAB_POSITION(gridDim, nctaid)

#undef SYSLAB_POSITION
#undef SYSLAB_AXIS

__attribute__((device)) constexpr int warpSize = 32;

#endif
