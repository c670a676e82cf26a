// CUDA C++ for clang without NVIDIA's headers: included before each kernel that syslab compiles.
//
// Everything here is inlined and has no line information of its own, so that what a kernel does
// through it is reported with the kernel's line. See the CUDA C++ Programming Guide, "C++ language
// extensions", for what the names mean.
#ifndef SYSLAB_CUDA_H
#define SYSLAB_CUDA_H

// What nvcc and NVRTC say of themselves.
#define __CUDACC__ 1

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
#define CUDART_INF_F __builtin_inff()
#define CUDART_INF __builtin_inf()
#define CUDART_NAN_F __builtin_nanf("")
#define CUDART_NAN __builtin_nan("")
#define CUDART_PI_F 3.141592654f
#define CUDART_PI 3.1415926535897931e+0
#define CUDART_ZERO_F 0.0f
#define CUDART_ZERO 0.0
#define CUDART_ONE_F 1.0f
#define CUDART_ONE 1.0
#define CUDART_MAX_NORMAL_F 3.402823466e+38f
#define CUDART_MIN_DENORM_F 1.401298464e-45f
#define CUDART_L2E_F 1.442695041f
#define CUDART_LN2_F 0.693147181f
#define CUDART_SQRT_TWO_F 1.414213562f
#define CUDART_PIO2_F 1.570796327f
#define CUDART_PIO4_F 0.785398163f

// For the functions below: always inlined, lines are the caller's.
#define SYSLAB_DEVICE \
  static __inline__ __attribute__((device, always_inline, nodebug))
#define SYSLAB_BOTH \
  static __inline__ __attribute__((device, host, always_inline, nodebug))

#include "syslab_types.h"
#include "syslab_index.h"
#include "syslab_memory.h"
#include "syslab_warp.h"
#include "syslab_atomics.h"
#include "syslab_bits.h"
#include "syslab_math.h"
#include "syslab_output.h"

// nvcc has these there without being asked.
#include "cmath"
#include "cstddef"
#include "cstdint"

#endif
