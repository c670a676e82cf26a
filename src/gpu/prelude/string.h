// For kernels, syslab_cuda.h has what they need of <string.h>; hosts have their own.
#if !defined(__CUDA_ARCH__)
#include_next <string.h>
#endif
