// For kernels, syslab_cuda.h has what they need of <assert.h>; hosts have their own.
#if !defined(__CUDA_ARCH__)
#include_next <assert.h>
#endif
