/*
 * What the shim does at each call of a watched module: notes it, checks it, answers in its place,
 * holds it. See shim.h for the other parts.
 *
 * Everything but checks and the log concerns armed threads only: those inside of shim_call, through
 * which a probe makes the one call that it asks about.
 */
#define _GNU_SOURCE
#include "shim.h"

#include <dlfcn.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* An object's head: a count of references, its type. Python.h's PyObject on 64 bits. */
struct object {
    int64_t references;
    struct object *type;
};

/* Python.h's Py_buffer on 64 bits; part of the stable ABI since 3.11. */
struct view {
    void *buf, *obj;
    int64_t len, itemsize;
    int32_t readonly, ndim;
    void *format, *shape, *strides, *suboffsets, *internal;
};

/* Where no memory is, nor can be: the address is not canonical. */
static void *const nowhere = (void *)0xdead000000000000;

static struct {
    int (*gil_check)(void);
    struct object *(*error)(void);
    void *(*no_memory)(void);
    void (*release)(struct view *);
    struct object *(*call)(struct object *, struct object *, struct object *);
    void (*incref)(struct object *);
    void (*decref)(struct object *);
    void (*raise)(struct object *, const char *);
    struct object **system_error;
    void *exact[8];
    void *str;
} python;

enum { LOG_LINES = 1 << 16, DEPTH = 4096 };

/* One call whose return is awaited. */
struct frame {
    uintptr_t return_address;
    uint64_t first, second;
    uint32_t function;
    int is_pinned;
};

/* What a thread has: the calls that it has not returned from, and its clock while armed. */
struct thread {
    int armed;
    uint32_t id;
    size_t depth;
    int64_t released_at_process, released_at_thread;
    struct frame frames[DEPTH];
};

static __thread struct thread *mine;

static struct event *events;
static atomic_uint event_count;
static atomic_int mode;

/* The call that is made to fail. */
static struct {
    atomic_long countdown;
    int api, memory;
    uint32_t function;
    uintptr_t site;
    atomic_int struck;
} failure;

/* The clocks of the last call: nanoseconds of processor time, and how often the GIL was given away. */
struct clocks {
    int64_t process, process_released;
    int64_t thread, thread_released;
    int64_t releases;
};
static struct clocks clocks;

int64_t shim_clock(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static struct thread *thread_of_mine(void) {
    if (!mine) {
        void *memory = mmap(NULL, sizeof *mine, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED)
            return NULL;
        mine = memory;
        mine->id = (uint32_t)syscall(SYS_gettid);
    }
    return mine;
}

int shim_start(void) {
    static const char *exact[] = {"PyLong_Type", "PyFloat_Type", "PyBool_Type", "PyUnicode_Type",
                                  "PyBytes_Type", "PyList_Type", "PyTuple_Type", "PyDict_Type"};
    if (events)
        return 0;
    python.gil_check = dlsym(RTLD_DEFAULT, "PyGILState_Check");
    python.error = dlsym(RTLD_DEFAULT, "PyErr_Occurred");
    python.release = dlsym(RTLD_DEFAULT, "PyBuffer_Release");
    python.no_memory = dlsym(RTLD_DEFAULT, "PyErr_NoMemory");
    python.call = dlsym(RTLD_DEFAULT, "PyObject_Call");
    python.incref = dlsym(RTLD_DEFAULT, "Py_IncRef");
    python.decref = dlsym(RTLD_DEFAULT, "Py_DecRef");
    python.raise = dlsym(RTLD_DEFAULT, "PyErr_SetString");
    python.system_error = dlsym(RTLD_DEFAULT, "PyExc_SystemError");
    for (int i = 0; i < 8; i++)
        python.exact[i] = dlsym(RTLD_DEFAULT, exact[i]);
    python.str = python.exact[3];
    if (!python.gil_check || !python.error || !python.no_memory || !python.release || !python.call || !python.incref || !python.decref
        || !python.raise || !python.system_error)
        return -1;
    void *memory = mmap(NULL, LOG_LINES * sizeof *events, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return -1;
    events = memory;
    return 0;
}

static int has(const struct function *function, char flag) {
    return strchr(function->flags, flag) != NULL;
}

static struct event *note(uint32_t number, uintptr_t site, uint64_t first, uint64_t second, int phase) {
    uint32_t line = atomic_fetch_add(&event_count, 1);
    if (line >= LOG_LINES)
        return NULL;
    struct event *event = &events[line];
    memset(event, 0, sizeof *event);
    event->site = site;
    event->first = first;
    event->second = second;
    event->time = shim_clock(CLOCK_MONOTONIC);
    event->function = number;
    event->thread = mine ? mine->id : 0;
    event->phase = (uint8_t)phase;
    return event;
}

/* Whether the function could be at fault at all, given its arguments; see X and K of shim_api.h. */
static int can_fail(const struct function *function, const uint64_t *argument) {
    if (function->kind == 'v' || function->kind == 'N')
        return 0;
    if (has(function, 'X') && argument[0])
        for (int i = 0; i < 8; i++)
            if (((struct object *)argument[0])->type == python.exact[i])
                return 0;
    if (has(function, 'K') && argument[1] && ((struct object *)argument[1])->type == python.str)
        return 0;
    return 1;
}

/*
 * A Py_buffer as an exporter leaves it that fails when it has said how the data look, and before it says
 * where they are. Only of obj it is documented what it is then: who reads anything else has not looked
 * at what the function returned.
 */
static void fill_half(const struct function *function, uint64_t *argument) {
    struct view *view = (struct view *)argument[1];
    int failed = ((int (*)(uint64_t, struct view *, int))function->real)(argument[0], view, (int)argument[2]);
    if (!failed)
        python.release(view);
    view->buf = NULL;
    view->obj = NULL;
    if (!failed)
        view->format = view->shape = view->strides = view->suboffsets = nowhere;
}

/* Answers in the function's place, as it would when there is no memory. */
static uintptr_t fail(const struct function *function, struct registers *registers) {
    uint64_t *argument = registers->argument;
    if (has(function, 'B') && argument[1])
        fill_half(function, argument);
    if (has(function, 'R') && argument[0] && *(struct object **)argument[0]) {
        python.decref(*(struct object **)argument[0]);
        *(struct object **)argument[0] = NULL;
    }
    if (function->kind != 'm')
        python.no_memory();
    registers->rax = function->kind == 'i' || function->kind == 'z' ? UINT64_MAX : 0;
    if (function->kind == 'd')
        registers->xmm[0][0] = -1.0;
    return (uintptr_t)shim_answer;
}

/* The GIL is given away or taken: the function is called here, so that both moments are known. */
static uintptr_t pass_gil(const struct function *function, struct registers *registers, struct thread *thread) {
    int gives = has(function, 'G') == 0;
    if (!gives && thread->armed && thread->released_at_process) {
        clocks.process_released += shim_clock(CLOCK_PROCESS_CPUTIME_ID) - thread->released_at_process;
        clocks.thread_released += shim_clock(CLOCK_THREAD_CPUTIME_ID) - thread->released_at_thread;
        thread->released_at_process = 0;
    }
    registers->rax = ((uint64_t (*)(uint64_t))function->real)(registers->argument[0]);
    if (gives && thread->armed) {
        shim_wait();
        clocks.releases++;
        thread->released_at_process = shim_clock(CLOCK_PROCESS_CPUTIME_ID);
        thread->released_at_thread = shim_clock(CLOCK_THREAD_CPUTIME_ID);
    }
    return (uintptr_t)shim_answer;
}

static int is_gil(const struct function *function) {
    return function->kind == 'v' && strncmp(function->name, "PyEval_", 7) == 0
        && (strstr(function->name, "SaveThread") || strstr(function->name, "RestoreThread")
            || strstr(function->name, "AcquireThread") || strstr(function->name, "ReleaseThread"));
}

uintptr_t shim_enter(uint64_t number, struct registers *registers, uintptr_t *return_address) {
    const struct function *function = &shim_functions[number];
    int what = atomic_load_explicit(&mode, memory_order_relaxed);
    struct thread *thread = mine;
    if (!what && (!thread || !thread->armed))
        return function->real;
    thread = thread_of_mine();
    if (!thread)
        return function->real;
    uint64_t *argument = registers->argument;
    int fails_can = can_fail(function, argument);
    int gil = python.gil_check();
    if (what & (LOG_ALL | CHECK)) {
        int pending = gil && python.error() != NULL;
        int is_wrong = (!gil && !has(function, 'G')) || (pending && fails_can && function->kind != 'm');
        if ((what & LOG_ALL) || is_wrong) {
            struct event *event = note((uint32_t)number, *return_address, argument[0], argument[1], CALLED);
            if (event) {
                event->has_gil = (uint8_t)gil;
                event->is_pending = (uint8_t)pending;
            }
        }
    }
    if (thread->armed && fails_can && (function->kind == 'm' ? failure.memory : failure.api && gil)
        && atomic_load(&failure.countdown) > 0 && atomic_fetch_sub(&failure.countdown, 1) == 1) {
        failure.function = (uint32_t)number;
        failure.site = *return_address;
        atomic_store(&failure.struck, 1);
        return fail(function, registers);
    }
    if (is_gil(function))
        return pass_gil(function, registers, thread);
    int pins = (what & PIN) && thread->armed && (function->kind == 'n' || function->kind == 'N') && gil
        && !has(function, 'F');
    if ((pins || (what & RESULTS)) && thread->depth < DEPTH) {
        struct frame *frame = &thread->frames[thread->depth++];
        frame->return_address = *return_address;
        frame->function = (uint32_t)number;
        frame->first = argument[0];
        frame->second = argument[1];
        frame->is_pinned = pins;
        *return_address = (uintptr_t)shim_returned;
    }
    return function->real;
}

uintptr_t shim_leave(struct returned *returned) {
    struct frame *frame = &mine->frames[--mine->depth];
    uintptr_t site = frame->return_address;
    struct object *result = (struct object *)returned->rax;
    if (!frame->is_pinned || result) {
        struct event *event = note(frame->function, site, frame->first, frame->second, RETURNED);
        if (event) {
            event->result = returned->rax;
            if (frame->is_pinned && result) {
                event->references = result->references;
                python.incref(result);
            }
        }
    }
    return site;
}

/* A value, or an exception: what PyObject_Call does not look at for every kind of function. The words are CPython's. */
static struct object *checked(struct object *result) {
    int is_raised = python.error() != NULL;
    if (!result && !is_raised)
        python.raise(*python.system_error, "the function returned NULL without setting an exception");
    if (result && is_raised) {
        python.decref(result);
        result = NULL;
        python.raise(*python.system_error, "the function returned a result with an exception set");
    }
    return result;
}

/* What it costs to look at the clocks when the GIL is given away, and when it is taken: nanoseconds. */
static int64_t cost_of_looking(void) {
    enum { LOOKS = 8 };
    int64_t begun = shim_clock(CLOCK_PROCESS_CPUTIME_ID);
    for (int i = 0; i < LOOKS; i++) {
        shim_clock(CLOCK_PROCESS_CPUTIME_ID);
        shim_clock(CLOCK_THREAD_CPUTIME_ID);
    }
    return (shim_clock(CLOCK_PROCESS_CPUTIME_ID) - begun) * 2 / LOOKS;
}

/* Calls `callable(*arguments)` with this thread armed. To be called with the GIL (ctypes.PyDLL). */
struct object *shim_call(struct object *callable, struct object *arguments) {
    if (shim_start() != 0)
        return NULL;
    struct thread *thread = thread_of_mine();
    int64_t process = shim_clock(CLOCK_PROCESS_CPUTIME_ID), own = shim_clock(CLOCK_THREAD_CPUTIME_ID);
    if (thread) {
        thread->armed++;
        thread->released_at_process = 0;
    }
    struct object *result = python.call(callable, arguments, NULL);
    if (thread)
        thread->armed--;
    clocks.process = shim_clock(CLOCK_PROCESS_CPUTIME_ID) - process;
    clocks.thread = shim_clock(CLOCK_THREAD_CPUTIME_ID) - own;
    if (clocks.releases > 0)  /* that was not the module's doing */
        clocks.process -= clocks.releases * cost_of_looking();
    if (clocks.process < clocks.process_released)
        clocks.process = clocks.process_released;
    return checked(result);
}

void shim_mode(int bits) {
    atomic_store(&mode, bits);
}

/* Forgets the log, the clocks and the failure. */
void shim_clear(void) {
    atomic_store(&event_count, 0);
    memset(&clocks, 0, sizeof clocks);
    atomic_store(&failure.countdown, 0);
    atomic_store(&failure.struck, 0);
}

/* The k-th call that can fail does, in the next shim_call: of Python's functions, of memory, of both. */
void shim_fail(long k, int api, int memory) {
    failure.api = api;
    failure.memory = memory;
    atomic_store(&failure.struck, 0);
    atomic_store(&failure.countdown, k);
}

/* Calls that are still to be made before the one that fails. */
long shim_left(void) {
    return atomic_load(&failure.countdown);
}

/* 1 if a call was made to fail, and which, from where. */
int shim_struck(uint32_t *function, uint64_t *site) {
    *function = failure.function;
    *site = failure.site;
    return atomic_load(&failure.struck);
}

/* Number of events, which may be more than the log holds. */
uint32_t shim_events(struct event **first, uint32_t *held) {
    uint32_t count = atomic_load(&event_count);
    *first = events;
    *held = count < LOG_LINES ? count : LOG_LINES;
    return count;
}

void shim_clocks(struct clocks *into) {
    *into = clocks;
}
