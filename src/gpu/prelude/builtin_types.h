// For kernels, syslab_cuda.h has what they need of <builtin_types.h>; hosts have their own.
#if !defined(__CUDA_ARCH__) && __has_include_next(<builtin_types.h>)
#include_next <builtin_types.h>
#endif
