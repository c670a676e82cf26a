/* Events: marks in a stream, by which others see how far it is. */

#define _GNU_SOURCE
#include "library.h"

#include <stdlib.h>
#include <time.h>

static struct event *events;
static uint64_t last_event;

static uint64_t now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

void events_mark(uint64_t mark)
{
    for (struct event *event = events; event != NULL; event = event->next)
        if (event->mark == mark)
            event->done_at_us = now_us();
}

void events_forget(void)
{
    while (events != NULL)
        event_close(events);
}

struct event *event_of(const void *handle)
{
    for (struct event *event = events; event != NULL; event = event->next)
        if (event == handle)
            return event;
    return NULL;
}

uint64_t event_id(const void *handle)
{
    const struct event *event = event_of(handle);
    return event == NULL ? UINT64_MAX : event->id;
}

int event_make(uint32_t flags, const char *name, void **made)
{
    if (flags > 7)
        return cudaErrorInvalidValue;
    struct event *event = calloc(1, sizeof *event);
    if (event == NULL)
        return cudaErrorMemoryAllocation;
    event->id = ++last_event;
    event->is_timed = (flags & cudaEventDisableTiming) == 0;
    event->next = events;
    events = event;
    tell_made(REQUEST_MADE, "event", event->id, 0, name);
    *made = event;
    return 0;
}

int event_close(void *handle)
{
    for (struct event **at = &events; *at != NULL; at = &(*at)->next)
        if (*at == handle) {
            struct event *event = *at;
            *at = event->next;
            tell_made(REQUEST_GONE, "event", event->id, 0, "");
            free(event);
            return 0;
        }
    if (handle != NULL)
        tell_made(REQUEST_GONE, "event", UINT64_MAX, 0, "");
    return cudaErrorInvalidResourceHandle;
}

int event_record(struct event *event, struct stream *stream, const char *name)
{
    struct work *work = work_new(WORK_MARK, name);
    if (work == NULL)
        return cudaErrorMemoryAllocation;
    event->is_recorded = true;
    event->done_at_us = 0;
    event->asked = 0;
    /* The number that it is about to get: the event must know it when the work is done at once. */
    event->mark = work_next();
    return work_issue(work, stream, false);
}

int event_wait(struct event *event, const char *name)
{
    if (!event->is_recorded)
        return sticky_error();
    work_want(event->mark);
    return work_run(name, UINT64_MAX - 1, true);
}

int event_ask(struct event *event, const char *name)
{
    if (sticky_error() != 0 || !event->is_recorded)
        return sticky_error();
    if (is_pending(event->mark) && (is_held_open() || ++event->asked < PATIENCE))
        return cudaErrorNotReady;
    work_want(event->mark);
    return work_run(name, UINT64_MAX - 1, true);
}

int event_between(struct event *start, struct event *end, float *milliseconds)
{
    if (!start->is_recorded || !end->is_recorded || !start->is_timed || !end->is_timed)
        return cudaErrorInvalidResourceHandle;
    if (is_pending(start->mark) || is_pending(end->mark))
        return cudaErrorNotReady;
    *milliseconds = (float)((double)end->done_at_us - (double)start->done_at_us) / 1000.0F;
    return sticky_error();
}

int stream_wait_for_event(struct stream *stream, struct event *event)
{
    if (!event->is_recorded)
        return 0;
    return add_number(&stream->waits, &stream->waits_count, event->mark)
               ? 0
               : cudaErrorMemoryAllocation;
}
