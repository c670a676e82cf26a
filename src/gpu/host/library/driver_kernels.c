/* The CUDA driver API: kernels; CUDA Driver API, "Execution Control" and "Occupancy". */

#include "library.h"
#include "driver.h"

/* CU_FUNC_ATTRIBUTE_... */
enum { MAX_THREADS_PER_BLOCK = 0, SHARED_SIZE_BYTES = 1, PTX_VERSION = 5, BINARY_VERSION = 6,
       MAX_DYNAMIC_SHARED = 8, LAST_ATTRIBUTE = 9 };

EXPORTED CUresult cuFuncGetAttribute(int *value, int attribute, CUfunction function)
{
    int error = enter_context(__func__, NULL);
    struct function *found = function_of(function);
    if (error == 0 && found == NULL)
        error = cudaErrorInvalidResourceHandle;
    if (error == 0 && (attribute < 0 || attribute > LAST_ATTRIBUTE))
        error = cudaErrorInvalidValue;
    if (error == 0) {
        int shared = (int)function_shared_bytes(found);
        *value = attribute == MAX_THREADS_PER_BLOCK ? (int)function_max_threads(found)
                 : attribute == SHARED_SIZE_BYTES   ? shared
                 : attribute == MAX_DYNAMIC_SHARED  ? SHARED_BYTES - shared
                 : attribute == PTX_VERSION || attribute == BINARY_VERSION ? 75
                                                                           : 0;
    }
    return leave_driver(__func__, error);
}

EXPORTED CUresult cuOccupancyMaxActiveBlocksPerMultiprocessor(int *blocks, CUfunction function,
                                                              int block_size, size_t shared)
{
    int error = enter_context(__func__, NULL);
    struct function *found = function_of(function);
    if (error == 0)
        error = found == NULL       ? cudaErrorInvalidResourceHandle
                : block_size <= 0   ? cudaErrorInvalidValue
                                    : cudaSuccess;
    if (error == 0) {
        size_t all = shared + function_shared_bytes(found);
        *blocks = block_size > MAX_THREADS ? 0 : THREADS_OF_PROCESSOR / block_size;
        if (all > 0 && *blocks > (int)(SHARED_BYTES / all))
            *blocks = (int)(SHARED_BYTES / all);
    }
    return leave_driver(__func__, error);
}

EXPORTED CUresult cuOccupancyMaxPotentialBlockSize(int *grid_size, int *block_size,
                                                   CUfunction function,
                                                   size_t (*shared_of)(int), size_t shared,
                                                   int limit)
{
    int error = enter_context(__func__, NULL);
    struct function *found = function_of(function);
    if (error == 0 && found == NULL)
        error = cudaErrorInvalidResourceHandle;
    if (error == 0) {
        int most = (int)function_max_threads(found);
        *block_size = limit > 0 && limit < most ? limit : most;
        (void)shared;
        (void)shared_of;
        *grid_size = PROCESSORS * (THREADS_OF_PROCESSOR / *block_size);
    }
    return leave_driver(__func__, error);
}

/* CU_LAUNCH_PARAM_...: the other way to pass parameters. */
#define PARAM_END ((void *)0)
#define PARAM_POINTER ((void *)1)
#define PARAM_SIZE ((void *)2)

EXPORTED CUresult cuLaunchKernel(CUfunction function, unsigned int grid_x, unsigned int grid_y,
                                 unsigned int grid_z, unsigned int block_x, unsigned int block_y,
                                 unsigned int block_z, unsigned int shared_bytes, CUstream stream,
                                 void **parameters, void **extra)
{
    struct about about = {
        .stream = stream_id(stream), .work = "kernel", .is_asynchronous = true};
    int error = enter_context(__func__, &about);
    struct function *found = function_of(function);
    if (error == 0 && found == NULL)
        error = cudaErrorInvalidResourceHandle;
    if (error == 0) {
        struct shape shape = {.grid = {grid_x, grid_y, grid_z},
                              .block = {block_x, block_y, block_z},
                              .shared_bytes = shared_bytes};
        const uint8_t *packed = NULL;
        size_t packed_len = 0;
        for (void **at = extra; at != NULL && *at != PARAM_END; at += 2) {
            if (*at == PARAM_POINTER)
                packed = at[1];
            else if (*at == PARAM_SIZE)
                packed_len = *(const size_t *)at[1];
        }
        error = launch_issue(__func__, found, &shape, parameters, packed, packed_len,
                             stream_of(stream));
        /* A number of its own in the runtime API only. */
        if (error == cudaErrorInvalidConfiguration)
            error = cudaErrorInvalidValue;
    }
    return leave_driver(__func__, error);
}
