// For kernels, syslab_cuda.h has what they need of <stdint.h>; hosts have their own.
#if !defined(__CUDA_ARCH__)
#include_next <stdint.h>
#endif
