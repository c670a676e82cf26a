// For kernels, syslab_cuda.h has what they need of <vector_functions.h>; hosts have their own.
#if !defined(__CUDA_ARCH__) && __has_include_next(<vector_functions.h>)
#include_next <vector_functions.h>
#endif
