/* The CUDA driver API: streams and events; CUDA Driver API, "Stream Management" and "Event
 * Management". */

#include "library.h"
#include "driver.h"

/* ---- streams ---- */

static CUresult make_stream(const char *name, CUstream *stream, unsigned int flags, int priority)
{
    int error = enter_context(name, NULL);
    if (error == 0)
        error = stream == NULL ? (int)cudaErrorInvalidValue
                               : stream_make(flags, priority, name, (void **)stream);
    return leave_driver(name, error);
}

EXPORTED CUresult cuStreamCreate(CUstream *stream, unsigned int flags)
{
    return make_stream(__func__, stream, flags, 0);
}

EXPORTED CUresult cuStreamCreateWithPriority(CUstream *stream, unsigned int flags, int priority)
{
    return make_stream(__func__, stream, flags, priority);
}

EXPORTED CUresult cuStreamDestroy_v2(CUstream stream)
{
    struct about about = {.stream = stream_id(stream)};
    int error = enter_context(__func__, &about);
    if (error == 0)
        error = stream_close(stream);
    return leave_driver(__func__, error);
}

EXPORTED CUresult cuStreamSynchronize(CUstream stream)
{
    struct about about = {.stream = stream_id(stream)};
    int error = enter_context(__func__, &about);
    struct stream *found = stream_of(stream);
    if (error == 0)
        error = found == NULL ? (int)cudaErrorInvalidResourceHandle
                              : stream_wait(found, __func__);
    return leave_driver(__func__, error);
}

EXPORTED CUresult cuStreamQuery(CUstream stream)
{
    struct about about = {.stream = stream_id(stream)};
    int error = enter_context(__func__, &about);
    struct stream *found = stream_of(stream);
    if (error == 0)
        error = found == NULL ? (int)cudaErrorInvalidResourceHandle : stream_ask(found, __func__);
    return leave_driver(__func__, error);
}

EXPORTED CUresult cuStreamWaitEvent(CUstream stream, CUevent event, unsigned int flags)
{
    (void)flags;
    struct about about = {.stream = stream_id(stream)};
    int error = enter_context(__func__, &about);
    struct stream *found = stream_of(stream);
    struct event *awaited = event_of(event);
    if (error == 0)
        error = found == NULL || awaited == NULL ? (int)cudaErrorInvalidResourceHandle
                                                 : stream_wait_for_event(found, awaited);
    return leave_driver(__func__, error);
}

/* CU_STREAM_CAPTURE_STATUS_NONE: nothing is ever captured. */
EXPORTED CUresult cuStreamIsCapturing(CUstream stream, int *status)
{
    struct about about = {.stream = stream_id(stream)};
    int error = enter_context(__func__, &about);
    if (error == 0)
        *status = 0;
    return leave_driver(__func__, error);
}

/* ---- events ---- */

EXPORTED CUresult cuEventCreate(CUevent *event, unsigned int flags)
{
    int error = enter_context(__func__, NULL);
    if (error == 0)
        error = event == NULL ? (int)cudaErrorInvalidValue
                              : event_make(flags, __func__, (void **)event);
    return leave_driver(__func__, error);
}

EXPORTED CUresult cuEventDestroy_v2(CUevent event)
{
    int error = enter_context(__func__, NULL);
    if (error == 0)
        error = event_close(event);
    return leave_driver(__func__, error);
}

EXPORTED CUresult cuEventRecord(CUevent event, CUstream stream)
{
    struct about about = {.stream = stream_id(stream)};
    int error = enter_context(__func__, &about);
    struct stream *found = stream_of(stream);
    struct event *recorded = event_of(event);
    if (error == 0)
        error = found == NULL || recorded == NULL ? (int)cudaErrorInvalidResourceHandle
                                                  : event_record(recorded, found, __func__);
    return leave_driver(__func__, error);
}

EXPORTED CUresult cuEventSynchronize(CUevent event)
{
    int error = enter_context(__func__, NULL);
    struct event *found = event_of(event);
    if (error == 0)
        error = found == NULL ? (int)cudaErrorInvalidResourceHandle : event_wait(found, __func__);
    return leave_driver(__func__, error);
}

EXPORTED CUresult cuEventQuery(CUevent event)
{
    int error = enter_context(__func__, NULL);
    struct event *found = event_of(event);
    if (error == 0)
        error = found == NULL ? (int)cudaErrorInvalidResourceHandle : event_ask(found, __func__);
    return leave_driver(__func__, error);
}

EXPORTED CUresult cuEventElapsedTime(float *milliseconds, CUevent start, CUevent end)
{
    int error = enter_context(__func__, NULL);
    struct event *from = event_of(start), *to = event_of(end);
    if (error == 0)
        error = from == NULL || to == NULL ? (int)cudaErrorInvalidResourceHandle
                                           : event_between(from, to, milliseconds);
    return leave_driver(__func__, error);
}

/* ---- names without a version, as a header's macros would have them ---- */

EXPORTED CUresult cuStreamDestroy(CUstream stream)
    __attribute__((alias("cuStreamDestroy_v2")));
EXPORTED CUresult cuEventDestroy(CUevent event)
    __attribute__((alias("cuEventDestroy_v2")));
