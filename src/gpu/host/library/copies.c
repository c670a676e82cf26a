/* From pointers to work: what each kind of copy means for its caller.
 *
 * CUDA Runtime API, "API synchronization behavior". Pageable memory is read before the call returns;
 * a copy into pageable memory has been made when it returns; all that is page-locked is late. */

#include "library.h"

#include <stdlib.h>
#include <string.h>

enum direction copy_direction(uint64_t to, uint64_t from, int kind)
{
    bool is_to_device = owner_of(to, NULL, NULL) == OWNER_DEVICE;
    bool is_from_device = owner_of(from, NULL, NULL) == OWNER_DEVICE;
    enum direction direction =
        is_to_device ? (is_from_device ? DIRECTION_DEVICE : DIRECTION_IN)
                     : (is_from_device ? DIRECTION_OUT : DIRECTION_HOST);
    static const enum direction named[] = {
        [cudaMemcpyHostToHost] = DIRECTION_HOST,
        [cudaMemcpyHostToDevice] = DIRECTION_IN,
        [cudaMemcpyDeviceToHost] = DIRECTION_OUT,
        [cudaMemcpyDeviceToDevice] = DIRECTION_DEVICE,
    };
    if (kind == cudaMemcpyDefault)
        return direction;
    if (kind < 0 || kind > cudaMemcpyDefault || named[kind] != direction)
        return DIRECTION_WRONG;
    return direction;
}

static bool is_locked(uint64_t host)
{
    return owner_of(host, NULL, NULL) == OWNER_LOCKED;
}

struct about copy_about(uint64_t to, uint64_t from, uint64_t bytes, enum direction direction,
                        bool is_asynchronous, const void *stream)
{
    struct about about = {
        .stream = stream_id(stream), .bytes = bytes, .is_asynchronous = is_asynchronous};
    switch (direction) {
    case DIRECTION_IN:
        about.work = "copy-in";
        about.host = from;
        about.device = to;
        about.is_locked = is_locked(from);
        break;
    case DIRECTION_OUT:
        about.work = "copy-out";
        about.host = to;
        about.device = from;
        about.is_locked = is_locked(to);
        break;
    case DIRECTION_DEVICE:
        about.work = "copy";
        about.device = to;
        break;
    default:
        about.work = "copy-host";
        about.host = to;
        break;
    }
    return about;
}

/* Whether a range ends where its allocation does, or before. */
static bool is_inside(uint64_t address, uint64_t bytes)
{
    uint64_t begin = 0, len = 0;
    if (owner_of(address, &begin, &len) == OWNER_HOST)
        return true;
    return bytes <= len - (address - begin);
}

int copy_issue(const char *name, uint64_t to, uint64_t from, uint64_t bytes,
               enum direction direction, bool is_asynchronous, struct stream *stream)
{
    static const enum work_kind kinds[] = {
        [DIRECTION_IN] = WORK_WRITE,
        [DIRECTION_OUT] = WORK_READ,
        [DIRECTION_DEVICE] = WORK_COPY,
        [DIRECTION_HOST] = WORK_HOST,
    };
    if (bytes == 0)
        return 0;
    if (stream == NULL)
        return cudaErrorInvalidResourceHandle;
    if (direction == DIRECTION_WRONG || to == 0 || from == 0 || !is_inside(to, bytes) ||
        !is_inside(from, bytes))
        return cudaErrorInvalidValue;
    struct work *work = work_new(kinds[direction], name);
    if (work == NULL)
        return cudaErrorMemoryAllocation;
    work->to = to;
    work->from = from;
    work->bytes = bytes;
    bool waits = !is_asynchronous;
    switch (direction) {
    case DIRECTION_IN:
        if (is_asynchronous && !is_locked(from)) {
            work->staged = malloc(bytes);
            if (work->staged == NULL) {
                free(work);
                return cudaErrorMemoryAllocation;
            }
            memcpy(work->staged, (const void *)from, bytes);
        }
        break;
    case DIRECTION_OUT:
        waits |= !is_locked(to);
        break;
    case DIRECTION_DEVICE:
        waits = false;
        break;
    default:
        waits = true;
        break;
    }
    return work_issue(work, stream, waits);
}

int fill_issue(const char *name, uint64_t to, uint32_t pattern, uint32_t width, uint64_t count,
               struct stream *stream)
{
    if (count == 0)
        return 0;
    if (stream == NULL)
        return cudaErrorInvalidResourceHandle;
    uint64_t bytes = 0;
    if (__builtin_mul_overflow(count, (uint64_t)width, &bytes) ||
        owner_of(to, NULL, NULL) != OWNER_DEVICE || !is_inside(to, bytes) || to % width != 0)
        return cudaErrorInvalidValue;
    struct work *work = work_new(WORK_FILL, name);
    if (work == NULL)
        return cudaErrorMemoryAllocation;
    work->to = to;
    work->bytes = count;
    work->pattern = pattern;
    work->width = width;
    return work_issue(work, stream, false);
}

int free_issue(const char *name, device_pointer pointer, struct stream *stream)
{
    int error = device_free_later(pointer);
    if (error != 0) {
        /* The device knows what is wrong with it, for the record. */
        device_release(pointer, name);
        return error;
    }
    struct work *work = work_new(WORK_FREE, name);
    if (work == NULL)
        return cudaErrorMemoryAllocation;
    work->from = pointer;
    /* Given back it is now, whenever that is carried out. */
    tell_made(REQUEST_GONE, "device memory", pointer, 0, name);
    return work_issue(work, stream, false);
}
