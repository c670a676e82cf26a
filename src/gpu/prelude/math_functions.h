// For kernels, syslab_cuda.h has what they need of <math_functions.h>; hosts have their own.
#if !defined(__CUDA_ARCH__) && __has_include_next(<math_functions.h>)
#include_next <math_functions.h>
#endif
