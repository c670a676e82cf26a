// CUDA C++ for clang without NVIDIA's headers: included before each kernel that syslab compiles.
//
// Everything here is inlined and has no line information of its own, so that what a kernel does
// through it is reported with the kernel's line. See the CUDA C++ Programming Guide, "C++ language
// extensions", for what the names mean.
#ifndef SYSLAB_CUDA_H
#define SYSLAB_CUDA_H

// What nvcc and NVRTC say of themselves.
#define __CUDACC__ 1
#define __CUDACC_VER_MAJOR__ 12
#define __CUDACC_VER_MINOR__ 0
#define CUDART_VERSION 12000

#define __global__ __attribute__((global))
#define __device__ __attribute__((device))
#define __host__ __attribute__((host))
#define __shared__ __attribute__((shared))
#define __constant__ __attribute__((constant))
#define __managed__ __attribute__((managed))
#define __grid_constant__ __attribute__((grid_constant))
#define __forceinline__ __inline__ __attribute__((always_inline))
#define __noinline__ __attribute__((noinline))
#define __launch_bounds__(...) __attribute__((launch_bounds(__VA_ARGS__)))
#define __align__(n) __attribute__((aligned(n)))
#define __builtin_align__(n) __attribute__((aligned(n)))

// For the functions below: always inlined, lines are the caller's.
#define SYSLAB_DEVICE \
  static __inline__ __attribute__((device, always_inline, nodebug))
#define SYSLAB_BOTH \
  static __inline__ __attribute__((device, host, always_inline, nodebug))

#include "syslab_constants.h"
#include "syslab_types.h"
#include "syslab_index.h"
#include "syslab_memory.h"
extern "C" __device__ void *malloc(size_t);
extern "C" __device__ void free(void *);
#include "syslab_warp.h"
#include "syslab_atomics.h"
#include "syslab_bits.h"
#include "syslab_simd.h"
#include "syslab_math.h"
#include "syslab_output.h"

// nvcc has these there without being asked.
#include "cmath"
#include "cstddef"
#include "cstdint"

#endif
