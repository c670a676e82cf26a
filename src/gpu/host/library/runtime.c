/* The CUDA runtime API: errors, devices, streams, events; CUDA Runtime API, chapters of these names. */

#include "library.h"
#include "../include/cuda_runtime_api.h"

#include <stdio.h>
#include <string.h>

/* ---- errors ---- */

EXPORTED cudaError_t cudaGetLastError(void)
{
    enter_quietly();
    int error = last_error(true);
    leave_quietly();
    return (cudaError_t)error;
}

EXPORTED cudaError_t cudaPeekAtLastError(void)
{
    enter_quietly();
    int error = last_error(false);
    leave_quietly();
    return (cudaError_t)error;
}

EXPORTED const char *cudaGetErrorName(cudaError_t error)
{
    const char *name = error_name((int)error, false);
    return name == NULL ? "unrecognized error code" : name;
}

EXPORTED const char *cudaGetErrorString(cudaError_t error)
{
    const char *text = error_text((int)error);
    return text == NULL ? "unrecognized error code" : text;
}

/* ---- devices ---- */

static int version_of(int *version)
{
    if (version == NULL)
        return cudaErrorInvalidValue;
    *version = CUDART_VERSION;
    return 0;
}

EXPORTED cudaError_t cudaDriverGetVersion(int *version)
{
    enter_quietly();
    leave_quietly();
    return (cudaError_t)version_of(version);
}

EXPORTED cudaError_t cudaRuntimeGetVersion(int *version)
{
    return cudaDriverGetVersion(version);
}

EXPORTED cudaError_t cudaGetDeviceCount(int *count)
{
    int error = enter(__func__, NULL);
    if (count == NULL && error == 0)
        error = cudaErrorInvalidValue;
    if (count != NULL)
        *count = error == 0 ? 1 : 0;
    return leave(__func__, error);
}

EXPORTED cudaError_t cudaGetDevice(int *device)
{
    int error = enter(__func__, NULL);
    if (error == 0 && device == NULL)
        error = cudaErrorInvalidValue;
    if (error == 0)
        *device = 0;
    return leave(__func__, error);
}

static cudaError_t about_device(const char *name, int device)
{
    int error = enter(name, NULL);
    if (error == 0 && device != 0)
        error = cudaErrorInvalidDevice;
    return leave(name, error);
}

EXPORTED cudaError_t cudaSetDevice(int device)
{
    return about_device(__func__, device);
}

EXPORTED cudaError_t cudaInitDevice(int device, unsigned int deviceFlags, unsigned int flags)
{
    (void)deviceFlags;
    (void)flags;
    return about_device(__func__, device);
}

EXPORTED cudaError_t cudaSetDeviceFlags(unsigned int flags)
{
    (void)flags;
    return about_device(__func__, 0);
}

static int attribute(enum cudaDeviceAttr attribute)
{
    int value = 0;
    device_attribute((int)attribute, &value);
    return value;
}

static void describe(struct cudaDeviceProp *to)
{
    memset(to, 0, sizeof *to);
    snprintf(to->name, sizeof to->name, "%s", DEVICE_NAME);
    to->totalGlobalMem = DEVICE_MEMORY;
    to->sharedMemPerBlock = SHARED_BYTES;
    to->sharedMemPerBlockOptin = SHARED_BYTES;
    to->sharedMemPerMultiprocessor = SHARED_BYTES;
    to->regsPerBlock = attribute(cudaDevAttrMaxRegistersPerBlock);
    to->warpSize = attribute(cudaDevAttrWarpSize);
    to->memPitch = (size_t)attribute(cudaDevAttrMaxPitch);
    to->maxThreadsPerBlock = MAX_THREADS;
    for (int i = 0; i < 3; i++) {
        to->maxThreadsDim[i] = attribute((enum cudaDeviceAttr)(cudaDevAttrMaxBlockDimX + i));
        to->maxGridSize[i] = attribute((enum cudaDeviceAttr)(cudaDevAttrMaxGridDimX + i));
    }
    to->clockRate = attribute(cudaDevAttrClockRate);
    to->totalConstMem = (size_t)attribute(cudaDevAttrTotalConstantMemory);
    to->major = attribute(cudaDevAttrComputeCapabilityMajor);
    to->minor = attribute(cudaDevAttrComputeCapabilityMinor);
    to->textureAlignment = (size_t)attribute(cudaDevAttrTextureAlignment);
    to->multiProcessorCount = PROCESSORS;
    to->concurrentKernels = 1;
    to->asyncEngineCount = attribute(cudaDevAttrAsyncEngineCount);
    to->unifiedAddressing = 1;
    to->memoryClockRate = attribute(cudaDevAttrMemoryClockRate);
    to->memoryBusWidth = attribute(cudaDevAttrGlobalMemoryBusWidth);
    to->l2CacheSize = attribute(cudaDevAttrL2CacheSize);
    to->maxThreadsPerMultiProcessor = THREADS_OF_PROCESSOR;
    to->streamPrioritiesSupported = 1;
    to->memoryPoolsSupported = 1;
}

EXPORTED cudaError_t cudaGetDeviceProperties(struct cudaDeviceProp *properties, int device)
{
    int error = enter(__func__, NULL);
    if (error == 0 && device != 0)
        error = cudaErrorInvalidDevice;
    if (error == 0 && properties == NULL)
        error = cudaErrorInvalidValue;
    if (error == 0)
        describe(properties);
    return leave(__func__, error);
}

EXPORTED cudaError_t cudaDeviceGetAttribute(int *value, enum cudaDeviceAttr attribute, int device)
{
    int error = enter(__func__, NULL);
    if (error == 0 && device != 0)
        error = cudaErrorInvalidDevice;
    if (error == 0)
        error = value == NULL ? cudaErrorInvalidValue : device_attribute((int)attribute, value);
    return leave(__func__, error);
}

EXPORTED cudaError_t cudaDeviceGetStreamPriorityRange(int *least, int *greatest)
{
    int error = enter(__func__, NULL);
    if (error == 0 && least != NULL)
        *least = 0;
    if (error == 0 && greatest != NULL)
        *greatest = -1;
    return leave(__func__, error);
}

EXPORTED cudaError_t cudaDeviceSynchronize(void)
{
    int error = enter(__func__, NULL);
    if (error == 0)
        error = wait_for_all(__func__);
    return leave(__func__, error);
}

EXPORTED cudaError_t cudaDeviceReset(void)
{
    int error = enter(__func__, NULL);
    /* What makes every other call fail ends here. */
    if (error == 0 || error == sticky_error()) {
        forget_streams();
        forget_memory();
        forget_sticky();
        error = 0;
    }
    return leave(__func__, error);
}

/* ---- streams ---- */

static cudaError_t make_stream(const char *name, cudaStream_t *stream, unsigned int flags,
                               int priority)
{
    int error = enter(name, NULL);
    if (error == 0)
        error = stream == NULL ? cudaErrorInvalidValue
                               : stream_make(flags, priority, name, (void **)stream);
    return leave(name, error);
}

EXPORTED cudaError_t cudaStreamCreate(cudaStream_t *stream)
{
    return make_stream(__func__, stream, cudaStreamDefault, 0);
}

EXPORTED cudaError_t cudaStreamCreateWithFlags(cudaStream_t *stream, unsigned int flags)
{
    return make_stream(__func__, stream, flags, 0);
}

EXPORTED cudaError_t cudaStreamCreateWithPriority(cudaStream_t *stream, unsigned int flags,
                                                  int priority)
{
    return make_stream(__func__, stream, flags, priority);
}

EXPORTED cudaError_t cudaStreamDestroy(cudaStream_t stream)
{
    struct about about = {.stream = stream_id(stream)};
    int error = enter(__func__, &about);
    if (error == 0)
        error = stream_close(stream);
    return leave(__func__, error);
}

EXPORTED cudaError_t cudaStreamSynchronize(cudaStream_t stream)
{
    struct about about = {.stream = stream_id(stream)};
    int error = enter(__func__, &about);
    struct stream *found = stream_of(stream);
    if (error == 0)
        error = found == NULL ? cudaErrorInvalidResourceHandle : stream_wait(found, __func__);
    return leave(__func__, error);
}

EXPORTED cudaError_t cudaStreamQuery(cudaStream_t stream)
{
    struct about about = {.stream = stream_id(stream)};
    int error = enter(__func__, &about);
    struct stream *found = stream_of(stream);
    if (error == 0)
        error = found == NULL ? cudaErrorInvalidResourceHandle : stream_ask(found, __func__);
    return leave(__func__, error);
}

EXPORTED cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event,
                                         unsigned int flags)
{
    (void)flags;
    struct about about = {.stream = stream_id(stream)};
    int error = enter(__func__, &about);
    struct stream *found = stream_of(stream);
    struct event *awaited = event_of(event);
    if (error == 0)
        error = found == NULL || awaited == NULL ? cudaErrorInvalidResourceHandle
                                                 : stream_wait_for_event(found, awaited);
    return leave(__func__, error);
}

/* ---- events ---- */

static cudaError_t make_event(const char *name, cudaEvent_t *event, unsigned int flags)
{
    int error = enter(name, NULL);
    if (error == 0)
        error = event == NULL ? cudaErrorInvalidValue : event_make(flags, name, (void **)event);
    return leave(name, error);
}

EXPORTED cudaError_t cudaEventCreate(cudaEvent_t *event)
{
    return make_event(__func__, event, cudaEventDefault);
}

EXPORTED cudaError_t cudaEventCreateWithFlags(cudaEvent_t *event, unsigned int flags)
{
    return make_event(__func__, event, flags);
}

EXPORTED cudaError_t cudaEventDestroy(cudaEvent_t event)
{
    int error = enter(__func__, NULL);
    if (error == 0)
        error = event_close(event);
    return leave(__func__, error);
}

EXPORTED cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream)
{
    struct about about = {.stream = stream_id(stream)};
    int error = enter(__func__, &about);
    struct stream *found = stream_of(stream);
    struct event *recorded = event_of(event);
    if (error == 0)
        error = found == NULL || recorded == NULL ? cudaErrorInvalidResourceHandle
                                                  : event_record(recorded, found, __func__);
    return leave(__func__, error);
}

EXPORTED cudaError_t cudaEventSynchronize(cudaEvent_t event)
{
    int error = enter(__func__, NULL);
    struct event *found = event_of(event);
    if (error == 0)
        error = found == NULL ? cudaErrorInvalidResourceHandle : event_wait(found, __func__);
    return leave(__func__, error);
}

EXPORTED cudaError_t cudaEventQuery(cudaEvent_t event)
{
    int error = enter(__func__, NULL);
    struct event *found = event_of(event);
    if (error == 0)
        error = found == NULL ? cudaErrorInvalidResourceHandle : event_ask(found, __func__);
    return leave(__func__, error);
}

EXPORTED cudaError_t cudaEventElapsedTime(float *milliseconds, cudaEvent_t start, cudaEvent_t end)
{
    int error = enter(__func__, NULL);
    struct event *from = event_of(start), *to = event_of(end);
    if (error == 0 && milliseconds == NULL)
        error = cudaErrorInvalidValue;
    if (error == 0)
        error = from == NULL || to == NULL ? cudaErrorInvalidResourceHandle
                                           : event_between(from, to, milliseconds);
    return leave(__func__, error);
}
