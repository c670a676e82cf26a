// For kernels, syslab_cuda.h has what they need of <cuda.h>; hosts have their own.
#if !defined(__CUDA_ARCH__) && __has_include_next(<cuda.h>)
#include_next <cuda.h>
#else
#define CUDA_VERSION 12000
#endif
