/* The CUDA driver API: memory; CUDA Driver API, "Memory Management" and "Stream Ordered Memory
 * Allocator". */

#include "library.h"
#include "driver.h"

/* ---- of the device ---- */

static CUresult allocate(const char *name, CUdeviceptr *pointer, size_t bytes, uint64_t stream)
{
    struct about about = {.bytes = bytes, .stream = stream};
    int error = enter_context(name, &about);
    if (error == 0 && (pointer == NULL || bytes == 0))
        error = cudaErrorInvalidValue;
    if (error == 0 && stream == UINT64_MAX)
        error = cudaErrorInvalidResourceHandle;
    if (error == 0)
        error = device_alloc(bytes, name, pointer);
    return leave_driver(name, error);
}

EXPORTED CUresult cuMemAlloc_v2(CUdeviceptr *pointer, size_t bytes)
{
    return allocate(__func__, pointer, bytes, 0);
}

EXPORTED CUresult cuMemAllocAsync(CUdeviceptr *pointer, size_t bytes, CUstream stream)
{
    return allocate(__func__, pointer, bytes, stream_id(stream));
}

EXPORTED CUresult cuMemFree_v2(CUdeviceptr pointer)
{
    struct about about = {.device = pointer};
    int error = enter_context(__func__, &about);
    if (error == 0)
        error = wait_for_all(__func__);
    if (error == 0 && pointer != 0)
        error = device_free(pointer, __func__);
    return leave_driver(__func__, error);
}

EXPORTED CUresult cuMemFreeAsync(CUdeviceptr pointer, CUstream stream)
{
    struct about about = {.device = pointer, .stream = stream_id(stream)};
    int error = enter_context(__func__, &about);
    struct stream *found = stream_of(stream);
    if (error == 0 && pointer != 0)
        error = found == NULL ? (int)cudaErrorInvalidResourceHandle
                              : free_issue(__func__, pointer, found);
    return leave_driver(__func__, error);
}

EXPORTED CUresult cuMemGetInfo_v2(size_t *available, size_t *total)
{
    int error = enter_context(__func__, NULL);
    if (error == 0) {
        *total = DEVICE_MEMORY;
        *available = DEVICE_MEMORY - device_memory_used();
    }
    return leave_driver(__func__, error);
}

/* CU_POINTER_ATTRIBUTE_MEMORY_TYPE, and CU_MEMORYTYPE_HOST and _DEVICE. */
enum { MEMORY_TYPE = 2, TYPE_HOST = 1, TYPE_DEVICE = 2 };

EXPORTED CUresult cuPointerGetAttribute(void *value, int attribute, CUdeviceptr pointer)
{
    int error = enter_context(__func__, NULL);
    enum owner owner = owner_of(pointer, NULL, NULL);
    if (error == 0 && (owner == OWNER_HOST || attribute != MEMORY_TYPE))
        error = owner == OWNER_HOST ? cudaErrorInvalidValue : cudaErrorNotSupported;
    if (error == 0)
        *(unsigned int *)value = owner == OWNER_DEVICE ? TYPE_DEVICE : TYPE_HOST;
    return leave_driver(__func__, error);
}

/* ---- of the host ---- */

/* CU_MEMHOSTALLOC_DEVICEMAP asks for memory that kernels reach, which there is not here; but cudarc
 * and others set it without using it. */
static CUresult lock_new(const char *name, void **pointer, size_t bytes)
{
    struct about about = {.bytes = bytes};
    int error = enter_context(name, &about);
    if (error == 0 && (pointer == NULL || bytes == 0))
        error = cudaErrorInvalidValue;
    if (error == 0)
        error = locked_alloc(bytes, name, pointer);
    return leave_driver(name, error);
}

EXPORTED CUresult cuMemAllocHost_v2(void **pointer, size_t bytes)
{
    return lock_new(__func__, pointer, bytes);
}

EXPORTED CUresult cuMemHostAlloc(void **pointer, size_t bytes, unsigned int flags)
{
    (void)flags;
    return lock_new(__func__, pointer, bytes);
}

EXPORTED CUresult cuMemFreeHost(void *pointer)
{
    struct about about = {.host = (uint64_t)pointer};
    int error = enter_context(__func__, &about);
    if (error == 0)
        error = wait_for_all(__func__);
    if (error == 0)
        error = locked_free(pointer);
    return leave_driver(__func__, error);
}

EXPORTED CUresult cuMemHostRegister_v2(void *pointer, size_t bytes, unsigned int flags)
{
    (void)flags;
    struct about about = {.host = (uint64_t)pointer, .bytes = bytes};
    int error = enter_context(__func__, &about);
    if (error == 0)
        error = locked_register(pointer, bytes);
    return leave_driver(__func__, error);
}

EXPORTED CUresult cuMemHostUnregister(void *pointer)
{
    struct about about = {.host = (uint64_t)pointer};
    int error = enter_context(__func__, &about);
    if (error == 0)
        error = wait_for_all(__func__);
    if (error == 0)
        error = locked_unregister(pointer);
    return leave_driver(__func__, error);
}

/* ---- copies ---- */

static CUresult copy(const char *name, uint64_t to, uint64_t from, size_t bytes, int kind,
                     bool is_asynchronous, CUstream stream)
{
    enum direction direction = copy_direction(to, from, kind);
    struct about about = copy_about(to, from, bytes, direction, is_asynchronous, stream);
    int error = enter_context(name, &about);
    if (error == 0)
        error = copy_issue(name, to, from, bytes, direction, is_asynchronous, stream_of(stream));
    return leave_driver(name, error);
}

EXPORTED CUresult cuMemcpy(CUdeviceptr to, CUdeviceptr from, size_t bytes)
{
    return copy(__func__, to, from, bytes, cudaMemcpyDefault, false, NULL);
}

EXPORTED CUresult cuMemcpyAsync(CUdeviceptr to, CUdeviceptr from, size_t bytes, CUstream stream)
{
    return copy(__func__, to, from, bytes, cudaMemcpyDefault, true, stream);
}

EXPORTED CUresult cuMemcpyHtoD_v2(CUdeviceptr to, const void *from, size_t bytes)
{
    return copy(__func__, to, (uint64_t)from, bytes, cudaMemcpyHostToDevice, false, NULL);
}

EXPORTED CUresult cuMemcpyDtoH_v2(void *to, CUdeviceptr from, size_t bytes)
{
    return copy(__func__, (uint64_t)to, from, bytes, cudaMemcpyDeviceToHost, false, NULL);
}

EXPORTED CUresult cuMemcpyDtoD_v2(CUdeviceptr to, CUdeviceptr from, size_t bytes)
{
    return copy(__func__, to, from, bytes, cudaMemcpyDeviceToDevice, false, NULL);
}

EXPORTED CUresult cuMemcpyHtoDAsync_v2(CUdeviceptr to, const void *from, size_t bytes,
                                       CUstream stream)
{
    return copy(__func__, to, (uint64_t)from, bytes, cudaMemcpyHostToDevice, true, stream);
}

EXPORTED CUresult cuMemcpyDtoHAsync_v2(void *to, CUdeviceptr from, size_t bytes, CUstream stream)
{
    return copy(__func__, (uint64_t)to, from, bytes, cudaMemcpyDeviceToHost, true, stream);
}

EXPORTED CUresult cuMemcpyDtoDAsync_v2(CUdeviceptr to, CUdeviceptr from, size_t bytes,
                                       CUstream stream)
{
    return copy(__func__, to, from, bytes, cudaMemcpyDeviceToDevice, true, stream);
}

static CUresult fill(const char *name, CUdeviceptr to, uint32_t pattern, uint32_t width,
                     size_t count, CUstream stream)
{
    struct about about = {.stream = stream_id(stream),
                          .bytes = count * width,
                          .device = to,
                          .work = "fill",
                          .is_asynchronous = true};
    int error = enter_context(name, &about);
    if (error == 0)
        error = fill_issue(name, to, pattern, width, count, stream_of(stream));
    return leave_driver(name, error);
}

EXPORTED CUresult cuMemsetD8_v2(CUdeviceptr to, unsigned char pattern, size_t count)
{
    return fill(__func__, to, pattern, 1, count, NULL);
}

EXPORTED CUresult cuMemsetD16_v2(CUdeviceptr to, unsigned short pattern, size_t count)
{
    return fill(__func__, to, pattern, 2, count, NULL);
}

EXPORTED CUresult cuMemsetD32_v2(CUdeviceptr to, unsigned int pattern, size_t count)
{
    return fill(__func__, to, pattern, 4, count, NULL);
}

EXPORTED CUresult cuMemsetD8Async(CUdeviceptr to, unsigned char pattern, size_t count,
                                  CUstream stream)
{
    return fill(__func__, to, pattern, 1, count, stream);
}

EXPORTED CUresult cuMemsetD16Async(CUdeviceptr to, unsigned short pattern, size_t count,
                                   CUstream stream)
{
    return fill(__func__, to, pattern, 2, count, stream);
}

EXPORTED CUresult cuMemsetD32Async(CUdeviceptr to, unsigned int pattern, size_t count,
                                   CUstream stream)
{
    return fill(__func__, to, pattern, 4, count, stream);
}

/* ---- names without a version, as a header's macros would have them ---- */

EXPORTED CUresult cuMemAlloc(CUdeviceptr *pointer, size_t bytes)
    __attribute__((alias("cuMemAlloc_v2")));
EXPORTED CUresult cuMemFree(CUdeviceptr pointer)
    __attribute__((alias("cuMemFree_v2")));
EXPORTED CUresult cuMemGetInfo(size_t *available, size_t *total)
    __attribute__((alias("cuMemGetInfo_v2")));
EXPORTED CUresult cuMemAllocHost(void **pointer, size_t bytes)
    __attribute__((alias("cuMemAllocHost_v2")));
EXPORTED CUresult cuMemHostRegister(void *pointer, size_t bytes, unsigned int flags)
    __attribute__((alias("cuMemHostRegister_v2")));
EXPORTED CUresult cuMemcpyHtoD(CUdeviceptr to, const void *from, size_t bytes)
    __attribute__((alias("cuMemcpyHtoD_v2")));
EXPORTED CUresult cuMemcpyDtoH(void *to, CUdeviceptr from, size_t bytes)
    __attribute__((alias("cuMemcpyDtoH_v2")));
EXPORTED CUresult cuMemcpyDtoD(CUdeviceptr to, CUdeviceptr from, size_t bytes)
    __attribute__((alias("cuMemcpyDtoD_v2")));
EXPORTED CUresult cuMemcpyHtoDAsync(CUdeviceptr to, const void *from, size_t bytes, CUstream
    stream)
    __attribute__((alias("cuMemcpyHtoDAsync_v2")));
EXPORTED CUresult cuMemcpyDtoHAsync(void *to, CUdeviceptr from, size_t bytes, CUstream stream)
    __attribute__((alias("cuMemcpyDtoHAsync_v2")));
EXPORTED CUresult cuMemcpyDtoDAsync(CUdeviceptr to, CUdeviceptr from, size_t bytes, CUstream
    stream)
    __attribute__((alias("cuMemcpyDtoDAsync_v2")));
EXPORTED CUresult cuMemsetD8(CUdeviceptr to, unsigned char pattern, size_t count)
    __attribute__((alias("cuMemsetD8_v2")));
EXPORTED CUresult cuMemsetD16(CUdeviceptr to, unsigned short pattern, size_t count)
    __attribute__((alias("cuMemsetD16_v2")));
EXPORTED CUresult cuMemsetD32(CUdeviceptr to, unsigned int pattern, size_t count)
    __attribute__((alias("cuMemsetD32_v2")));
