/* The CUDA runtime API: memory; CUDA Runtime API, "Memory Management" and "Stream Ordered Memory
 * Allocator". */

#include "library.h"
#include "../include/cuda_runtime_api.h"

#include <string.h>

/* ---- of the device ---- */

static int allocate(const char *name, void **pointer, size_t bytes)
{
    if (pointer == NULL)
        return cudaErrorInvalidValue;
    *pointer = NULL;
    /* The runtime gives nothing for nothing, and says that it is well; the driver does not. */
    if (bytes == 0)
        return 0;
    device_pointer made = 0;
    int error = device_alloc(bytes, name, &made);
    if (error == 0)
        *pointer = (void *)made;
    return error;
}

EXPORTED cudaError_t cudaMalloc(void **pointer, size_t bytes)
{
    struct about about = {.bytes = bytes};
    int error = enter(__func__, &about);
    if (error == 0)
        error = allocate(__func__, pointer, bytes);
    return leave(__func__, error);
}

EXPORTED cudaError_t cudaMallocAsync(void **pointer, size_t bytes, cudaStream_t stream)
{
    struct about about = {.bytes = bytes, .stream = stream_id(stream)};
    int error = enter(__func__, &about);
    if (error == 0 && stream_of(stream) == NULL)
        error = cudaErrorInvalidResourceHandle;
    if (error == 0)
        error = allocate(__func__, pointer, bytes);
    return leave(__func__, error);
}

EXPORTED cudaError_t cudaFree(void *pointer)
{
    struct about about = {.device = (uint64_t)pointer};
    int error = enter(__func__, &about);
    /* The device finishes first; also cudaFree(0), which people call to have a context. */
    if (error == 0 && pointer != NULL)
        error = wait_for_all(__func__);
    if (error == 0 && pointer != NULL)
        error = device_free((device_pointer)pointer, __func__);
    return leave(__func__, error);
}

EXPORTED cudaError_t cudaFreeAsync(void *pointer, cudaStream_t stream)
{
    struct about about = {.device = (uint64_t)pointer, .stream = stream_id(stream)};
    int error = enter(__func__, &about);
    struct stream *found = stream_of(stream);
    if (error == 0 && pointer != NULL)
        error = found == NULL ? cudaErrorInvalidResourceHandle
                              : free_issue(__func__, (device_pointer)pointer, found);
    return leave(__func__, error);
}

EXPORTED cudaError_t cudaMemGetInfo(size_t *available, size_t *total)
{
    int error = enter(__func__, NULL);
    if (error == 0 && (available == NULL || total == NULL))
        error = cudaErrorInvalidValue;
    if (error == 0) {
        *total = DEVICE_MEMORY;
        *available = DEVICE_MEMORY - device_memory_used();
    }
    return leave(__func__, error);
}

/* ---- of the host ---- */

static cudaError_t lock_new(const char *name, void **pointer, size_t bytes, unsigned int flags)
{
    struct about about = {.bytes = bytes};
    int error = enter(name, &about);
    if (error == 0 && pointer == NULL)
        error = cudaErrorInvalidValue;
    /* A kernel cannot reach memory of the host here. */
    if (error == 0 && (flags & cudaHostAllocMapped) != 0)
        error = cudaErrorNotSupported;
    if (error == 0)
        error = locked_alloc(bytes, name, pointer);
    return leave(name, error);
}

EXPORTED cudaError_t cudaMallocHost(void **pointer, size_t bytes)
{
    return lock_new(__func__, pointer, bytes, cudaHostAllocDefault);
}

EXPORTED cudaError_t cudaHostAlloc(void **pointer, size_t bytes, unsigned int flags)
{
    return lock_new(__func__, pointer, bytes, flags);
}

EXPORTED cudaError_t cudaFreeHost(void *pointer)
{
    struct about about = {.host = (uint64_t)pointer};
    int error = enter(__func__, &about);
    if (error == 0 && pointer != NULL)
        error = wait_for_all(__func__);
    if (error == 0 && pointer != NULL)
        error = locked_free(pointer);
    return leave(__func__, error);
}

EXPORTED cudaError_t cudaHostRegister(void *pointer, size_t bytes, unsigned int flags)
{
    struct about about = {.host = (uint64_t)pointer, .bytes = bytes};
    int error = enter(__func__, &about);
    if (error == 0 && (flags & cudaHostRegisterMapped) != 0)
        error = cudaErrorNotSupported;
    if (error == 0)
        error = locked_register(pointer, bytes);
    return leave(__func__, error);
}

EXPORTED cudaError_t cudaHostUnregister(void *pointer)
{
    struct about about = {.host = (uint64_t)pointer};
    int error = enter(__func__, &about);
    if (error == 0)
        error = wait_for_all(__func__);
    if (error == 0)
        error = locked_unregister(pointer);
    return leave(__func__, error);
}

EXPORTED cudaError_t cudaPointerGetAttributes(struct cudaPointerAttributes *attributes,
                                              const void *pointer)
{
    int error = enter(__func__, NULL);
    if (error == 0 && attributes == NULL)
        error = cudaErrorInvalidValue;
    if (error == 0) {
        memset(attributes, 0, sizeof *attributes);
        switch (owner_of((uint64_t)pointer, NULL, NULL)) {
        case OWNER_DEVICE:
            attributes->type = cudaMemoryTypeDevice;
            attributes->devicePointer = (void *)pointer;
            break;
        case OWNER_LOCKED:
            attributes->type = cudaMemoryTypeHost;
            attributes->hostPointer = (void *)pointer;
            break;
        default:
            attributes->type = cudaMemoryTypeUnregistered;
            attributes->device = -2;
            attributes->hostPointer = (void *)pointer;
            break;
        }
    }
    return leave(__func__, error);
}

/* ---- copies ---- */

static cudaError_t copy(const char *name, void *to, const void *from, size_t bytes,
                        enum cudaMemcpyKind kind, bool is_asynchronous, cudaStream_t stream)
{
    enum direction direction = copy_direction((uint64_t)to, (uint64_t)from, (int)kind);
    struct about about = copy_about((uint64_t)to, (uint64_t)from, bytes, direction,
                                    is_asynchronous, stream);
    int error = enter(name, &about);
    if (error == 0)
        error = copy_issue(name, (uint64_t)to, (uint64_t)from, bytes, direction, is_asynchronous,
                           stream_of(stream));
    return leave(name, error);
}

EXPORTED cudaError_t cudaMemcpy(void *to, const void *from, size_t bytes,
                                enum cudaMemcpyKind kind)
{
    return copy(__func__, to, from, bytes, kind, false, NULL);
}

EXPORTED cudaError_t cudaMemcpyAsync(void *to, const void *from, size_t bytes,
                                     enum cudaMemcpyKind kind, cudaStream_t stream)
{
    return copy(__func__, to, from, bytes, kind, true, stream);
}

static cudaError_t fill(const char *name, void *pointer, int value, size_t bytes,
                        cudaStream_t stream)
{
    struct about about = {.stream = stream_id(stream),
                          .bytes = bytes,
                          .device = (uint64_t)pointer,
                          .work = "fill",
                          .is_asynchronous = true};
    int error = enter(name, &about);
    if (error == 0)
        error = fill_issue(name, (uint64_t)pointer, (uint8_t)value, 1, bytes, stream_of(stream));
    return leave(name, error);
}

EXPORTED cudaError_t cudaMemset(void *pointer, int value, size_t bytes)
{
    return fill(__func__, pointer, value, bytes, NULL);
}

EXPORTED cudaError_t cudaMemsetAsync(void *pointer, int value, size_t bytes, cudaStream_t stream)
{
    return fill(__func__, pointer, value, bytes, stream);
}
