// For kernels, syslab_cuda.h has what they need of <device_launch_parameters.h>; hosts have their own.
#if !defined(__CUDA_ARCH__) && __has_include_next(<device_launch_parameters.h>)
#include_next <device_launch_parameters.h>
#endif
