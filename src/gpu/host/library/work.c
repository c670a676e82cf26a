/* Streams, and work that is late: it is done when somebody waits for it, and not before.
 *
 * CUDA C++ Programming Guide, "Asynchronous Concurrent Execution": work of one stream is done in the
 * order of its issue; the legacy default stream waits for all blocking streams, and they for it; a
 * stream waits for an event as it was recorded last when that was asked for. All that such a rule
 * leaves open is decided against the program: what need not be done yet is not done, and where two
 * streams may go first, one of them always does (`wishes.lateness` says which). */

#define _GNU_SOURCE
#include "library.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct stream per_thread = {.id = 1, .is_blocking = true, .is_open = true};
static struct stream legacy = {.id = 0, .is_blocking = true, .is_open = true, .next = &per_thread};
static struct stream *streams = &legacy;
static uint64_t last_stream = 1, last_work;

/* Work that is not done yet, in the order of its issue. */
static struct work **pending;
static size_t pending_count, pending_room;

/* ---- streams ---- */

struct stream *stream_of(const void *handle)
{
    if (handle == NULL || handle == cudaStreamLegacy)
        return &legacy;
    if (handle == cudaStreamPerThread)
        return &per_thread;
    for (struct stream *stream = streams; stream != NULL; stream = stream->next)
        if (stream == handle && stream->is_open && stream->id > 1)
            return stream;
    return NULL;
}

uint64_t stream_id(const void *handle)
{
    const struct stream *stream = stream_of(handle);
    return stream == NULL ? UINT64_MAX : stream->id;
}

int stream_make(uint32_t flags, int priority, const char *name, void **made)
{
    if (flags > cudaStreamNonBlocking)
        return cudaErrorInvalidValue;
    struct stream *stream = calloc(1, sizeof *stream);
    if (stream == NULL)
        return cudaErrorMemoryAllocation;
    stream->id = ++last_stream;
    stream->is_open = true;
    stream->is_blocking = flags == cudaStreamDefault;
    stream->flags = flags;
    stream->priority = priority;
    stream->next = streams;
    streams = stream;
    tell_made(REQUEST_MADE, "stream", stream->id, 0, name);
    *made = stream;
    return 0;
}

/* What is in the stream is still done; cudaStreamDestroy(). */
int stream_close(void *handle)
{
    struct stream *stream = stream_of(handle);
    if (stream == NULL || stream->id <= 1) {
        if (stream == NULL)
            tell_made(REQUEST_GONE, "stream", UINT64_MAX, 0, "");
        return cudaErrorInvalidResourceHandle;
    }
    stream->is_open = false;
    tell_made(REQUEST_GONE, "stream", stream->id, 0, "");
    return 0;
}

/* ---- what is to be done before what ---- */

static struct work **find(uint64_t number)
{
    size_t low = 0, high = pending_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (pending[middle]->number < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low < pending_count && pending[low]->number == number ? &pending[low] : NULL;
}

uint64_t work_next(void)
{
    return last_work + 1;
}

bool is_pending(uint64_t number)
{
    return number != 0 && find(number) != NULL;
}

/* Whether something comes of it that a program could see. */
static bool has_result(const struct work *work)
{
    return work->kind != WORK_FREE && work->kind != WORK_MARK;
}

uint64_t pending_in_all(void)
{
    uint64_t count = 0;
    for (size_t i = 0; i < pending_count; i++)
        count += has_result(pending[i]);
    return count;
}

bool add_number(uint64_t **numbers, size_t *count, uint64_t number)
{
    if (!is_pending(number))
        return true;
    uint64_t *grown = realloc(*numbers, (*count + 1) * sizeof **numbers);
    if (grown == NULL)
        return false;
    grown[(*count)++] = number;
    *numbers = grown;
    return true;
}

static bool is_ready(const struct work *work)
{
    if (is_pending(work->before))
        return false;
    for (size_t i = 0; i < work->also_count; i++)
        if (is_pending(work->also[i]))
            return false;
    return true;
}

void work_want(uint64_t number)
{
    struct work **at = number == 0 ? NULL : find(number);
    if (at != NULL)
        (*at)->is_wanted = true;
}

/* Wants all that must come before what is wanted: it was issued earlier, so one look back is enough. */
static void want_causes(void)
{
    for (size_t i = pending_count; i > 0; i--) {
        const struct work *work = pending[i - 1];
        if (!work->is_wanted)
            continue;
        work_want(work->before);
        for (size_t k = 0; k < work->also_count; k++)
            work_want(work->also[k]);
    }
}

/* ---- doing it ---- */

struct work *work_new(enum work_kind kind, const char *name)
{
    struct work *work = calloc(1, sizeof *work);
    if (work == NULL)
        return NULL;
    work->kind = kind;
    snprintf(work->call, sizeof work->call, "%s", name);
    return work;
}

static void drop(struct work *work)
{
    free(work->also);
    free(work->staged);
    launch_drop(work->launch);
    free(work);
}

static int run(struct work *work)
{
    switch (work->kind) {
    case WORK_WRITE:
        return device_write(work->to,
                            work->staged != NULL ? (const void *)work->staged
                                                 : (const void *)work->from,
                            work->bytes);
    case WORK_READ:
        return device_read((void *)work->to, work->from, work->bytes);
    case WORK_COPY:
        return device_copy(work->to, work->from, work->bytes);
    case WORK_HOST:
        memmove((void *)work->to, (const void *)work->from, work->bytes);
        return 0;
    case WORK_FILL:
        return device_fill(work->to, work->pattern, work->width, work->bytes);
    case WORK_LAUNCH:
        return launch_run(work->launch);
    case WORK_FREE:
        return device_release(work->from, work->call);
    case WORK_MARK:
        events_mark(work->number);
        return 0;
    }
    return cudaErrorUnknown;
}

/* Does what is wanted and ready of one stream, in its order; returns how much that was. */
static size_t run_stream(const struct stream *stream, int *error)
{
    size_t done = 0;
    for (size_t i = 0; i < pending_count; i++) {
        struct work *work = pending[i];
        if (work->stream == stream && work->is_wanted && is_ready(work)) {
            int failed = sticky_error() != 0 ? 0 : run(work);
            if (is_sticky(failed))
                set_sticky(failed);
            if (*error == 0)
                *error = failed;
            /* No longer pending, for those that are looked at next. */
            memmove(&pending[i], &pending[i + 1], (pending_count - i - 1) * sizeof *pending);
            pending_count--;
            i--;
            drop(work);
            done++;
        }
    }
    return done;
}

static size_t wanted_count(void)
{
    size_t count = 0;
    for (size_t i = 0; i < pending_count; i++)
        count += pending[i]->is_wanted;
    return count;
}

static size_t wanted_results(void)
{
    size_t count = 0;
    for (size_t i = 0; i < pending_count; i++)
        count += pending[i]->is_wanted && has_result(pending[i]);
    return count;
}

/* The stream that goes first of those that have not gone in this round. */
static struct stream *next_stream(const struct stream *after)
{
    struct stream *best = NULL;
    for (struct stream *stream = streams; stream != NULL; stream = stream->next) {
        bool is_later = after == NULL || (wishes.lateness == LATE_LAST ? stream->id < after->id
                                                                       : stream->id > after->id);
        bool is_better = best == NULL || (wishes.lateness == LATE_LAST ? stream->id > best->id
                                                                       : stream->id < best->id);
        if (is_later && is_better)
            best = stream;
    }
    return best;
}

/* Does all work that is wanted, and what it needs. */
int work_run(const char *name, uint64_t stream, bool is_blocking)
{
    want_causes();
    size_t results = wanted_results();
    if (results > 0 && is_blocking) {
        struct message message;
        message_begin(&message, REQUEST_WAITED);
        message_text(&message, name);
        message_u64(&message, stream);
        message_u64(&message, results);
        exchange(&message, NULL);
        hold();
    }
    int error = 0;
    size_t left = wanted_count();
    while (left > 0) {
        for (struct stream *at = next_stream(NULL); at != NULL; at = next_stream(at))
            left -= run_stream(at, &error);
        /* Others may have waited meanwhile, where the lock was given away. */
        left = wanted_count();
    }
    return error != 0 ? error : sticky_error();
}

int work_issue(struct work *work, struct stream *stream, bool waits)
{
    char name[sizeof work->call];
    memcpy(name, work->call, sizeof name);
    work->stream = stream;
    work->before = is_pending(stream->last) ? stream->last : 0;
    bool is_added = true;
    for (size_t i = 0; i < stream->waits_count; i++)
        is_added &= add_number(&work->also, &work->also_count, stream->waits[i]);
    if (stream == &legacy) {
        for (struct stream *other = streams; other != NULL; other = other->next)
            if (other->is_blocking && other != stream)
                is_added &= add_number(&work->also, &work->also_count, other->last);
    } else if (stream->is_blocking) {
        is_added &= add_number(&work->also, &work->also_count, legacy.last);
    }
    if (is_added && pending_count == pending_room) {
        size_t room = pending_room == 0 ? 64 : 2 * pending_room;
        struct work **grown = realloc(pending, room * sizeof *pending);
        is_added = grown != NULL;
        if (is_added) {
            pending = grown;
            pending_room = room;
        }
    }
    if (!is_added) {
        drop(work);
        return cudaErrorMemoryAllocation;
    }
    free(stream->waits);
    stream->waits = NULL;
    stream->waits_count = 0;
    work->number = ++last_work;
    stream->last = work->number;
    stream->asked = 0;
    pending[pending_count++] = work;
    if (!waits && wishes.lateness != PROMPT)
        return 0;
    work->is_wanted = true;
    int error = work_run(name, stream->id, waits);
    /* Without waiting, an error shows later. */
    return waits ? error : 0;
}

int stream_wait(struct stream *stream, const char *name)
{
    work_want(stream->last);
    for (size_t i = 0; i < stream->waits_count; i++)
        work_want(stream->waits[i]);
    if (stream == &legacy)
        for (struct stream *other = streams; other != NULL; other = other->next)
            if (other->is_blocking)
                work_want(other->last);
    return work_run(name, stream->id, true);
}

int wait_for_all(const char *name)
{
    for (size_t i = 0; i < pending_count; i++)
        pending[i]->is_wanted = true;
    return work_run(name, UINT64_MAX, true);
}

int stream_ask(struct stream *stream, const char *name)
{
    if (sticky_error() != 0)
        return sticky_error();
    if (is_pending(stream->last) && (is_held_open() || ++stream->asked < PATIENCE))
        return cudaErrorNotReady;
    work_want(stream->last);
    return work_run(name, stream->id, true);
}

void forget_streams(void)
{
    while (pending_count > 0) {
        struct work *work = pending[--pending_count];
        if (work->kind == WORK_FREE)
            run(work);
        drop(work);
    }
    for (struct stream *stream = streams; stream != NULL; stream = stream->next)
        if (stream->id > 1 && stream->is_open)
            stream_close(stream);
    events_forget();
}
