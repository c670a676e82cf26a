// printf, assert, clocks, what ends a kernel, and what tools and compilers are told.
#ifndef SYSLAB_OUTPUT_H
#define SYSLAB_OUTPUT_H

extern "C" __device__ int printf(const char *, ...);
extern "C" __device__ __attribute__((noreturn)) void __assertfail(
    const char *message, const char *file, unsigned line, const char *function,
    size_t character_size);

#ifdef __CUDA_ARCH__
#undef assert
#define assert(condition)                                                   \
  ((condition) ? (void)0                                                    \
               : __assertfail(#condition, __FILE__, __LINE__, __func__, 1))
#endif

SYSLAB_DEVICE void __trap() { asm volatile("trap;"); }
SYSLAB_DEVICE void __brkpt() { asm volatile("brkpt;"); }
#define __prof_trigger(counter) asm volatile("pmevent " #counter ";")
#define __assume(condition) __builtin_assume(condition)
SYSLAB_DEVICE void __nanosleep(unsigned ns) {
  asm volatile("nanosleep.u32 %0;" ::"r"(ns));
}

typedef long clock_t;
SYSLAB_DEVICE clock_t clock() {
  int now;
  asm volatile("mov.u32 %0, %%clock;" : "=r"(now)::"memory");
  return now;
}
SYSLAB_DEVICE long long clock64() {
  long long now;
  asm volatile("mov.u64 %0, %%clock64;" : "=l"(now)::"memory");
  return now;
}
SYSLAB_DEVICE unsigned long long __globaltimer() {
  unsigned long long now;
  asm volatile("mov.u64 %0, %%globaltimer;" : "=l"(now)::"memory");
  return now;
}

#endif
