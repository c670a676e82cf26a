// Copying and filling memory.
#ifndef SYSLAB_MEMORY_H
#define SYSLAB_MEMORY_H

// Templates: what a pointer points to says how it is aligned.
template <typename T, typename S>
SYSLAB_DEVICE void *memcpy(T *to, const S *from, size_t size) {
  return __builtin_memcpy(to, from, size);
}
template <typename T>
SYSLAB_DEVICE void *memset(T *to, int byte, size_t size) {
  return __builtin_memset(to, byte, size);
}
template <typename T, typename S>
SYSLAB_DEVICE void *memmove(T *to, const S *from, size_t size) {
  return __builtin_memmove(to, from, size);
}
#endif
