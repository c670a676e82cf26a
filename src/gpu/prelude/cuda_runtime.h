// For kernels, syslab_cuda.h has what they need of <cuda_runtime.h>; hosts have their own.
#if !defined(__CUDA_ARCH__) && __has_include_next(<cuda_runtime.h>)
#include_next <cuda_runtime.h>
#endif
