// For kernels, syslab_cuda.h has what they need of <device_atomic_functions.h>; hosts have their own.
#if !defined(__CUDA_ARCH__) && __has_include_next(<device_atomic_functions.h>)
#include_next <device_atomic_functions.h>
#endif
