// For kernels, syslab_cuda.h has what they need of <host_defines.h>; hosts have their own.
#if !defined(__CUDA_ARCH__) && __has_include_next(<host_defines.h>)
#include_next <host_defines.h>
#endif
