/* threadIdx and its like are in cuda_runtime.h. */
#include "cuda_runtime.h"
