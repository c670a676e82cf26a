/* CUDA C++ as a program for syslab's device uses it: the runtime API, and what a kernel needs.
 *
 * A program that includes this also builds with nvcc and NVIDIA's header of the same name. */
#ifndef SYSLAB_CUDA_RUNTIME_H
#define SYSLAB_CUDA_RUNTIME_H

#ifdef __CUDA__

/* What nvcc says of itself. */
#define __CUDACC__ 1
#define __CUDACC_VER_MAJOR__ 12
#define __CUDACC_VER_MINOR__ 0

#define __host__ __attribute__((host))
#define __device__ __attribute__((device))
#define __global__ __attribute__((global))
#define __shared__ __attribute__((shared))
#define __constant__ __attribute__((constant))
#define __forceinline__ __inline__ __attribute__((always_inline))
#define __launch_bounds__(...) __attribute__((launch_bounds(__VA_ARGS__)))
#ifndef __align__
#define __align__(n) __attribute__((aligned(n)))
#endif

/* nvcc has these there without being asked. */
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* The headers of the standard library that clang has for CUDA call these, if a kernel does. */
extern "C" __device__ void *malloc(size_t bytes) noexcept;
extern "C" __device__ void free(void *memory) noexcept;

#endif

#include "cuda_runtime_api.h"

#ifdef __CUDA__

/* The special registers of the PTX ISA: a function behind each name, so that .x reads one of them. */
#define SYSLAB_SPECIAL(TYPE, FUNCTION, REGISTER)                                \
    __device__ static inline TYPE FUNCTION(void)                                \
    {                                                                           \
        return make_uint3((unsigned int)__nvvm_read_ptx_sreg_##REGISTER##_x(),  \
                          (unsigned int)__nvvm_read_ptx_sreg_##REGISTER##_y(),  \
                          (unsigned int)__nvvm_read_ptx_sreg_##REGISTER##_z()); \
    }
SYSLAB_SPECIAL(uint3, syslab_thread_index, tid)
SYSLAB_SPECIAL(dim3, syslab_block_size, ntid)
SYSLAB_SPECIAL(uint3, syslab_block_index, ctaid)
SYSLAB_SPECIAL(dim3, syslab_grid_size, nctaid)
#define threadIdx syslab_thread_index()
#define blockDim syslab_block_size()
#define blockIdx syslab_block_index()
#define gridDim syslab_grid_size()
#define warpSize 32

/* What kernels have of CUDA C++ wherever they are compiled. */
#define SYSLAB_DEVICE static __inline__ __attribute__((device, always_inline, nodebug))
#include "syslab_constants.h"
#include "syslab_memory.h"
#include "syslab_output.h"
#include "syslab_warp.h"
#include "syslab_atomics.h"
#include "syslab_bits.h"
#include "syslab_simd.h"
#include "syslab_math.h"

#endif

#ifdef __cplusplus

template <typename T>
static inline cudaError_t cudaMalloc(T **pointer, size_t bytes)
{
    return cudaMalloc((void **)pointer, bytes);
}

template <typename T>
static inline cudaError_t cudaMallocAsync(T **pointer, size_t bytes, cudaStream_t stream)
{
    return cudaMallocAsync((void **)pointer, bytes, stream);
}

template <typename T>
static inline cudaError_t cudaMallocHost(T **pointer, size_t bytes, unsigned int flags = 0)
{
    return flags == 0 ? cudaMallocHost((void **)pointer, bytes)
                      : cudaHostAlloc((void **)pointer, bytes, flags);
}

template <typename T>
static inline cudaError_t cudaHostAlloc(T **pointer, size_t bytes, unsigned int flags)
{
    return cudaHostAlloc((void **)pointer, bytes, flags);
}

static inline cudaError_t cudaEventCreate(cudaEvent_t *event, unsigned int flags)
{
    return cudaEventCreateWithFlags(event, flags);
}

static inline cudaError_t cudaEventRecord(cudaEvent_t event)
{
    return cudaEventRecord(event, 0);
}

static inline cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event)
{
    return cudaStreamWaitEvent(stream, event, 0);
}

static inline cudaError_t cudaMemcpyAsync(void *to, const void *from, size_t bytes,
                                          enum cudaMemcpyKind kind)
{
    return cudaMemcpyAsync(to, from, bytes, kind, 0);
}

static inline cudaError_t cudaMemsetAsync(void *pointer, int value, size_t bytes)
{
    return cudaMemsetAsync(pointer, value, bytes, 0);
}

template <typename T>
static inline cudaError_t cudaMemcpyToSymbol(const T &symbol, const void *from, size_t bytes,
                                             size_t offset = 0,
                                             enum cudaMemcpyKind kind = cudaMemcpyHostToDevice)
{
    return cudaMemcpyToSymbol((const void *)&symbol, from, bytes, offset, kind);
}

template <typename T>
static inline cudaError_t cudaMemcpyFromSymbol(void *to, const T &symbol, size_t bytes,
                                               size_t offset = 0,
                                               enum cudaMemcpyKind kind = cudaMemcpyDeviceToHost)
{
    return cudaMemcpyFromSymbol(to, (const void *)&symbol, bytes, offset, kind);
}

template <typename T>
static inline cudaError_t cudaGetSymbolAddress(void **pointer, const T &symbol)
{
    return cudaGetSymbolAddress(pointer, (const void *)&symbol);
}

template <typename T>
static inline cudaError_t cudaGetSymbolSize(size_t *bytes, const T &symbol)
{
    return cudaGetSymbolSize(bytes, (const void *)&symbol);
}

template <typename T>
static inline cudaError_t cudaLaunchKernel(T *function, dim3 grid, dim3 block, void **arguments,
                                           size_t sharedBytes = 0, cudaStream_t stream = 0)
{
    return cudaLaunchKernel((const void *)function, grid, block, arguments, sharedBytes, stream);
}

template <typename T>
static inline cudaError_t cudaFuncGetAttributes(struct cudaFuncAttributes *attributes, T *function)
{
    return cudaFuncGetAttributes(attributes, (const void *)function);
}

template <typename T>
static inline cudaError_t cudaOccupancyMaxActiveBlocksPerMultiprocessor(int *blocks, T function,
                                                                        int blockSize,
                                                                        size_t sharedBytes)
{
    return cudaOccupancyMaxActiveBlocksPerMultiprocessor(blocks, (const void *)function,
                                                         blockSize, sharedBytes);
}

/* A block as large as the kernel allows, and as many of them as run at once. */
template <typename T>
static inline cudaError_t cudaOccupancyMaxPotentialBlockSize(int *gridSize, int *blockSize,
                                                             T function, size_t sharedBytes = 0,
                                                             int limit = 0)
{
    cudaFuncAttributes attributes;
    cudaError_t error = cudaFuncGetAttributes(&attributes, (const void *)function);
    if (error != cudaSuccess)
        return error;
    int block = attributes.maxThreadsPerBlock;
    if (limit > 0 && limit < block)
        block = limit;
    int blocks = 0, processors = 0;
    error = cudaOccupancyMaxActiveBlocksPerMultiprocessor(&blocks, (const void *)function, block,
                                                          sharedBytes);
    if (error != cudaSuccess)
        return error;
    error = cudaDeviceGetAttribute(&processors, cudaDevAttrMultiProcessorCount, 0);
    if (error != cudaSuccess)
        return error;
    *blockSize = block;
    *gridSize = blocks * processors;
    return cudaSuccess;
}

#endif

#endif
