// For kernels, syslab_cuda.h has what they need of <vector_types.h>; hosts have their own.
#if !defined(__CUDA_ARCH__) && __has_include_next(<vector_types.h>)
#include_next <vector_types.h>
#endif
