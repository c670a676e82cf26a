// Atomic functions, and loads and stores that say how they are cached.
#ifndef SYSLAB_ATOMICS_H
#define SYSLAB_ATOMICS_H

// _block and _system differ in who else must see the operation as atomic.
#define SYSLAB_ATOMIC(name, scope, op, type, reg)                     \
  SYSLAB_DEVICE type name(type *address, type value) {                \
    type old;                                                         \
    asm volatile("atom" scope "." op " %0, [%1], %2;"                 \
                 : "=" reg(old)                                       \
                 : "l"(address), reg(value)                           \
                 : "memory");                                         \
    return old;                                                       \
  }
#define SYSLAB_SCOPES(name, op, type, reg)        \
  SYSLAB_ATOMIC(name, "", op, type, reg)          \
  SYSLAB_ATOMIC(name##_block, ".cta", op, type, reg) \
  SYSLAB_ATOMIC(name##_system, ".sys", op, type, reg)

SYSLAB_SCOPES(atomicAdd, "add.s32", int, "r")
SYSLAB_SCOPES(atomicAdd, "add.u32", unsigned, "r")
SYSLAB_SCOPES(atomicAdd, "add.u64", unsigned long long, "l")
SYSLAB_SCOPES(atomicAdd, "add.u64", unsigned long, "l")
SYSLAB_SCOPES(atomicAdd, "add.f32", float, "f")
SYSLAB_SCOPES(atomicAdd, "add.f64", double, "d")
SYSLAB_SCOPES(atomicMin, "min.s32", int, "r")
SYSLAB_SCOPES(atomicMin, "min.u32", unsigned, "r")
SYSLAB_SCOPES(atomicMin, "min.u64", unsigned long long, "l")
SYSLAB_SCOPES(atomicMin, "min.s64", long long, "l")
SYSLAB_SCOPES(atomicMax, "max.s32", int, "r")
SYSLAB_SCOPES(atomicMax, "max.u32", unsigned, "r")
SYSLAB_SCOPES(atomicMax, "max.u64", unsigned long long, "l")
SYSLAB_SCOPES(atomicMax, "max.s64", long long, "l")
SYSLAB_SCOPES(atomicInc, "inc.u32", unsigned, "r")
SYSLAB_SCOPES(atomicDec, "dec.u32", unsigned, "r")
SYSLAB_SCOPES(atomicAnd, "and.b32", int, "r")
SYSLAB_SCOPES(atomicAnd, "and.b32", unsigned, "r")
SYSLAB_SCOPES(atomicAnd, "and.b64", unsigned long long, "l")
SYSLAB_SCOPES(atomicOr, "or.b32", int, "r")
SYSLAB_SCOPES(atomicOr, "or.b32", unsigned, "r")
SYSLAB_SCOPES(atomicOr, "or.b64", unsigned long long, "l")
SYSLAB_SCOPES(atomicXor, "xor.b32", int, "r")
SYSLAB_SCOPES(atomicXor, "xor.b32", unsigned, "r")
SYSLAB_SCOPES(atomicXor, "xor.b64", unsigned long long, "l")
SYSLAB_SCOPES(atomicExch, "exch.b32", int, "r")
SYSLAB_SCOPES(atomicExch, "exch.b32", unsigned, "r")
SYSLAB_SCOPES(atomicExch, "exch.b64", unsigned long long, "l")
SYSLAB_SCOPES(atomicExch, "exch.b32", float, "f")

#define SYSLAB_SUB(suffix)                                               \
  SYSLAB_DEVICE int atomicSub##suffix(int *address, int value) {         \
    return atomicAdd##suffix(address, -value);                           \
  }                                                                      \
  SYSLAB_DEVICE unsigned atomicSub##suffix(unsigned *address,            \
                                           unsigned value) {             \
    return atomicAdd##suffix(address, 0u - value);                       \
  }
SYSLAB_SUB()
SYSLAB_SUB(_block)
SYSLAB_SUB(_system)

#define SYSLAB_SWAP(name, scope, type, reg, bits)                        \
  SYSLAB_DEVICE type name(type *address, type compare, type value) {     \
    type old;                                                            \
    asm volatile("atom" scope ".cas." bits " %0, [%1], %2, %3;"          \
                 : "=" reg(old)                                          \
                 : "l"(address), reg(compare), reg(value)                \
                 : "memory");                                            \
    return old;                                                          \
  }
#define SYSLAB_SWAPS(type, reg, bits)                     \
  SYSLAB_SWAP(atomicCAS, "", type, reg, bits)             \
  SYSLAB_SWAP(atomicCAS_block, ".cta", type, reg, bits)   \
  SYSLAB_SWAP(atomicCAS_system, ".sys", type, reg, bits)
SYSLAB_SWAPS(int, "r", "b32")
SYSLAB_SWAPS(unsigned, "r", "b32")
SYSLAB_SWAPS(unsigned long long, "l", "b64")
SYSLAB_SWAPS(unsigned short, "h", "b16")

#undef SYSLAB_SWAPS
#undef SYSLAB_SWAP
#undef SYSLAB_SUB
#undef SYSLAB_SCOPES
#undef SYSLAB_ATOMIC

// What they load and store is the same; only caches are used differently.
#define SYSLAB_CACHED_LOAD(name)                \
  template <typename T>                         \
  SYSLAB_DEVICE T name(const T *address) {      \
    return *address;                            \
  }
SYSLAB_CACHED_LOAD(__ldg)
SYSLAB_CACHED_LOAD(__ldca)
SYSLAB_CACHED_LOAD(__ldcs)
#undef SYSLAB_CACHED_LOAD
// These pass by the caches that others do not share, each time: a loop may wait by them.
#define SYSLAB_FRESH_LOAD(name)                     \
  template <typename T>                             \
  SYSLAB_DEVICE T name(const T *address) {          \
    if constexpr (__is_arithmetic(T))               \
      return *(const volatile T *)address;          \
    else                                            \
      return *address;                              \
  }
SYSLAB_FRESH_LOAD(__ldcg)
SYSLAB_FRESH_LOAD(__ldlu)
SYSLAB_FRESH_LOAD(__ldcv)
#undef SYSLAB_FRESH_LOAD
// The pointer alone says what is stored.
template <typename T>
struct syslab_same {
  typedef T type;
};
#define SYSLAB_CACHED_STORE(name)                                              \
  template <typename T>                                                        \
  SYSLAB_DEVICE void name(T *address, typename syslab_same<T>::type value) {   \
    *address = value;                                                          \
  }
SYSLAB_CACHED_STORE(__stwb)
SYSLAB_CACHED_STORE(__stcg)
SYSLAB_CACHED_STORE(__stcs)
SYSLAB_CACHED_STORE(__stwt)
#undef SYSLAB_CACHED_STORE

#endif
