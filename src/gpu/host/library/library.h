/* A CUDA runtime and driver library without a device of its own: what a program calls is done by
 * the device process at the other end of a socket (unix(7)), and asynchronous work waits here until
 * CUDA says that it must be done.
 *
 * One lock is held while a call is in the library, so that nothing else here has to think of threads.
 *
 *   wire.c     requests and answers
 *   calls.c    how every call begins and ends: failures that are asked for, sticky errors, the last error
 *   memory.c   which bytes are whose: allocations of the device, page-locked memory of the host
 *   work.c events.c    streams, events, and work that is late
 *   copies.c   from pointers to work: what each kind of copy means for the caller
 *   kernels.c  modules, functions and launches
 *   runtime.c runtime_memory.c registration.c   cuda*()
 *   driver.c driver_kernels.c driver_memory.c driver_work.c      cu*()
 *   names.c    what errors are called
 */
#ifndef SYSLAB_LIBRARY_H
#define SYSLAB_LIBRARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../include/driver_types.h"

#define EXPORTED __attribute__((visibility("default")))

typedef uint64_t device_pointer;

/* ---- wire.c ---- */

/* The kinds of requests; src/gpu/host/wire.rs has the same. */
enum request_kind {
    REQUEST_HELLO = 1,
    REQUEST_CALL = 2,
    REQUEST_FAILED = 3,
    REQUEST_ALLOC = 4,
    REQUEST_FREE = 5,
    REQUEST_WRITE = 6,
    REQUEST_READ = 7,
    REQUEST_FILL = 8,
    REQUEST_COPY = 9,
    REQUEST_LOAD = 10,
    REQUEST_UNLOAD = 11,
    REQUEST_FUNCTION = 12,
    REQUEST_GLOBAL = 13,
    REQUEST_LAUNCH = 14,
    REQUEST_MADE = 15,
    REQUEST_GONE = 16,
    REQUEST_WAITED = 17,
    REQUEST_HELD = 18
};

/* Bytes of one piece of a copy: what is longer travels in several requests. */
#define PIECE ((size_t)1 << 20)

/* A request in the making; what does not fit is an error at the end. */
struct message {
    uint8_t *bytes;
    size_t len, room;
    bool is_broken;
};

void message_begin(struct message *message, enum request_kind kind);
void message_u32(struct message *message, uint32_t value);
void message_u64(struct message *message, uint64_t value);
void message_bytes(struct message *message, const void *bytes, size_t len);
void message_text(struct message *message, const char *text);

/* An answer, being read; what is not there reads as zero and breaks it. */
struct answer {
    const uint8_t *bytes;
    size_t len, at;
    bool is_broken;
};

uint32_t answer_u32(struct answer *answer);
uint64_t answer_u64(struct answer *answer);

/* Sends a request, whose bytes are then gone, and waits for the answer. Returns the error that the
 * answer begins with; the answer may be NULL, and holds until the next request. */
int exchange(struct message *message, struct answer *answer);

/* ---- calls.c ---- */

enum lateness { PROMPT = 0, LATE_FIRST = 1, LATE_LAST = 2 };

/* What the device process wants of this library. */
struct wishes {
    enum lateness lateness;
    bool has_device;
    bool holds;
};
extern struct wishes wishes;

/* What a call is about, for the record. */
struct about {
    uint64_t stream, bytes, host, device;
    /* What it puts into a stream: copy-in, copy-out, copy, copy-host, fill, kernel; or NULL. */
    const char *work;
    /* Whether the host memory is page-locked. */
    bool is_locked;
    /* Whether it returns before the work is done, if nothing makes it wait. */
    bool is_asynchronous;
};

/* Begins a call: takes the lock, tells the device. Returns an error if the call is to fail at once. */
int enter(const char *name, const struct about *about);
/* Begins a call of which no record is kept, and which never fails. */
void enter_quietly(void);
/* Ends a call of the runtime API, or of the driver API: gives the lock back, and returns the error. */
cudaError_t leave(const char *name, int error);
int leave_driver(const char *name, int error);
void leave_quietly(void);

/* The error of the calling thread's last call that failed; cleared if asked for. */
int last_error(bool clears);
void set_last_error(int error);
/* An error after which the device is of no use any more. */
void set_sticky(int error);
int sticky_error(void);
void forget_sticky(void);
bool is_sticky(int error);

/* Lets the caller, who waits in a call, wait until another thread has made progress. */
void hold(void);
bool is_held_open(void);

/* ---- memory.c ---- */

enum owner { OWNER_HOST, OWNER_LOCKED, OWNER_DEVICE };

/* Whose an address is, and if it is not the host's, where its allocation begins and how long it is. */
enum owner owner_of(uint64_t address, uint64_t *begin, uint64_t *bytes);
int device_alloc(uint64_t bytes, const char *name, device_pointer *made);
int device_free(device_pointer pointer, const char *name);
/* Takes an allocation out of the register, so that it cannot be freed again; it lives until released. */
int device_free_later(device_pointer pointer);
int device_release(device_pointer pointer, const char *name);
int locked_alloc(uint64_t bytes, const char *name, void **made);
int locked_free(void *pointer);
int locked_register(void *pointer, uint64_t bytes);
int locked_unregister(void *pointer);
void forget_memory(void);
uint64_t device_memory_used(void);
/* Tells the device that something is there that has to be given back, or is gone. */
void tell_made(enum request_kind kind, const char *what, uint64_t id, uint64_t bytes,
               const char *name);

int device_write(device_pointer to, const void *from, uint64_t bytes);
int device_read(void *to, device_pointer from, uint64_t bytes);
int device_copy(device_pointer to, device_pointer from, uint64_t bytes);
int device_fill(device_pointer to, uint32_t pattern, uint32_t width, uint64_t count);

/* ---- work.c, events.c ---- */

struct launch;

enum work_kind { WORK_WRITE, WORK_READ, WORK_COPY, WORK_HOST, WORK_FILL, WORK_LAUNCH, WORK_FREE,
                 WORK_MARK };

struct work {
    enum work_kind kind;
    uint64_t number;      /* in order of issue, from 1 */
    struct stream *stream;
    uint64_t before;      /* the work before it in its stream, or 0 */
    uint64_t *also;       /* other work that must be done before */
    size_t also_count;
    bool is_wanted;
    uint64_t to, from, bytes;
    uint32_t pattern, width;
    uint8_t *staged;      /* what a copy from pageable memory has read already */
    struct launch *launch;
    char call[48];        /* who asked for it */
    struct work *next;
};

struct stream {
    uint64_t id;          /* 0: legacy default, 1: per thread */
    bool is_blocking, is_open;
    uint64_t last;        /* its newest work, or 0 */
    uint64_t *waits;      /* work of others that its next work must wait for */
    size_t waits_count;
    unsigned int asked;   /* how often it was asked whether it is done */
    uint32_t flags;
    int priority;
    struct stream *next;
};

struct event {
    uint64_t id;
    bool is_recorded, is_timed;
    uint64_t mark;        /* the work that recorded it */
    uint64_t done_at_us;
    unsigned int asked;
    struct event *next;
};

/* The stream that a handle means, or NULL. */
struct stream *stream_of(const void *handle);
uint64_t stream_id(const void *handle);
int stream_make(uint32_t flags, int priority, const char *name, void **made);
int stream_close(void *handle);
int stream_wait(struct stream *stream, const char *name);
int stream_ask(struct stream *stream, const char *name);
int wait_for_all(const char *name);
void forget_streams(void);
/* Whether this work is still to be done, and how much there is. */
bool is_pending(uint64_t work);
uint64_t pending_in_all(void);

struct event *event_of(const void *handle);
uint64_t event_id(const void *handle);
int event_make(uint32_t flags, const char *name, void **made);
int event_close(void *handle);
int event_record(struct event *event, struct stream *stream, const char *name);
int event_wait(struct event *event, const char *name);
int event_ask(struct event *event, const char *name);
int event_between(struct event *start, struct event *end, float *milliseconds);
int stream_wait_for_event(struct stream *stream, struct event *event);

/* Wants some work to be done; does all that is wanted, and what must come before it. */
void work_want(uint64_t number);
int work_run(const char *name, uint64_t stream, bool is_blocking);
/* The number that the next work will get. */
uint64_t work_next(void);
/* Adds a number to a list, unless that work is done; false if there is no memory. */
bool add_number(uint64_t **numbers, size_t *count, uint64_t number);
void events_mark(uint64_t mark);
void events_forget(void);
/* A stream or an event that is asked so often whether it is done, is: who polls must get somewhere. */
#define PATIENCE 3

/* New work for a stream; NULL if there is no memory. */
struct work *work_new(enum work_kind kind, const char *name);
/* Puts it there. If the caller is to wait, does all that is before it, and it. */
int work_issue(struct work *work, struct stream *stream, bool waits);

/* ---- copies.c ---- */

enum direction { DIRECTION_IN, DIRECTION_OUT, DIRECTION_DEVICE, DIRECTION_HOST, DIRECTION_WRONG };

/* Which way a copy goes; `kind` as in cudaMemcpyKind. */
enum direction copy_direction(uint64_t to, uint64_t from, int kind);
struct about copy_about(uint64_t to, uint64_t from, uint64_t bytes, enum direction direction,
                        bool is_asynchronous, const void *stream);
int copy_issue(const char *name, uint64_t to, uint64_t from, uint64_t bytes,
               enum direction direction, bool is_asynchronous, struct stream *stream);
int fill_issue(const char *name, uint64_t to, uint32_t pattern, uint32_t width, uint64_t count,
               struct stream *stream);
int free_issue(const char *name, device_pointer pointer, struct stream *stream);

/* ---- kernels.c ---- */

struct module;
struct function;

int module_load(const char *ptx, struct module **made);
int module_unload(struct module *module);
struct module *module_of(const void *handle);
int module_global(struct module *module, const char *name, device_pointer *at, uint64_t *bytes);
int function_find(struct module *module, const char *name, struct function **found);
struct function *function_of(const void *handle);
uint32_t function_max_threads(const struct function *function);
uint32_t function_shared_bytes(const struct function *function);

struct shape {
    uint32_t grid[3], block[3], shared_bytes;
};
/* Why CUDA would refuse such a launch before it runs, or 0. */
int shape_error(const struct function *function, const struct shape *shape);
/* `arguments`: an address for each parameter; or `packed`, all of them as the kernel has them. */
int launch_issue(const char *name, struct function *function, const struct shape *shape,
                 void **arguments, const uint8_t *packed, size_t packed_len,
                 struct stream *stream);
int launch_run(struct launch *launch);
void launch_drop(struct launch *launch);

/* ---- names.c ---- */

const char *error_name(int error, bool is_driver);
const char *error_text(int error);

/* ---- what this device is ---- */

/* The value of an attribute of the only device there is; cudaErrorInvalidValue if it has none. */
int device_attribute(int attribute, int *value);
#define DEVICE_NAME "syslab simulator"
#define DEVICE_MEMORY ((uint64_t)1 << 28)
#define MAX_THREADS 1024
#define SHARED_BYTES 49152
#define PROCESSORS 4
#define THREADS_OF_PROCESSOR 1024

#endif
