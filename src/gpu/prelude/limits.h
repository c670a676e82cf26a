// For kernels, syslab_cuda.h has what they need of <limits.h>; hosts have their own.
#if !defined(__CUDA_ARCH__)
#include_next <limits.h>
#endif
