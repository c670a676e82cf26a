/* How every call begins and ends. */

#define _GNU_SOURCE
#include "library.h"

#include <dlfcn.h>
#include <pthread.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t progress = PTHREAD_COND_INITIALIZER;
static bool has_said_hello, is_waited_for, has_progressed;
static int greeting_error;
static int sticky;
static _Thread_local int last;

struct wishes wishes = {.lateness = PROMPT, .has_device = true, .holds = false};

static void say_hello(void)
{
    if (has_said_hello)
        return;
    has_said_hello = true;
    struct message message;
    struct answer answer;
    message_begin(&message, REQUEST_HELLO);
    greeting_error = exchange(&message, &answer);
    if (greeting_error != 0)
        return;
    wishes.lateness = (enum lateness)answer_u32(&answer);
    wishes.has_device = answer_u32(&answer) != 0;
    wishes.holds = answer_u32(&answer) != 0;
}

int enter(const char *name, const struct about *about)
{
    static const struct about nothing;
    if (about == NULL)
        about = &nothing;
    pthread_mutex_lock(&lock);
    say_hello();
    if (greeting_error != 0)
        return greeting_error;
    struct message message;
    message_begin(&message, REQUEST_CALL);
    message_text(&message, name);
    message_u64(&message, about->stream);
    message_u64(&message, about->bytes);
    message_u64(&message, about->host);
    message_u64(&message, about->device);
    message_text(&message, about->work == NULL ? "" : about->work);
    message_u32(&message, about->is_locked);
    message_u32(&message, about->is_asynchronous);
    message_u64(&message, pending_in_all());
    int error = exchange(&message, NULL);
    if (error != 0)
        return error;
    return wishes.has_device ? sticky : cudaErrorNoDevice;
}

void enter_quietly(void)
{
    pthread_mutex_lock(&lock);
    say_hello();
}

static void tell_failure(const char *name, int error)
{
    if (error == 0 || error == cudaErrorNotReady || greeting_error != 0)
        return;
    struct message message;
    message_begin(&message, REQUEST_FAILED);
    message_text(&message, name);
    message_u32(&message, (uint32_t)error);
    exchange(&message, NULL);
}

cudaError_t leave(const char *name, int error)
{
    tell_failure(name, error);
    /* "Not ready" is no error; cudaStreamQuery(3). */
    if (error != 0 && error != cudaErrorNotReady)
        last = error;
    pthread_mutex_unlock(&lock);
    return (cudaError_t)error;
}

int leave_driver(const char *name, int error)
{
    tell_failure(name, error);
    pthread_mutex_unlock(&lock);
    return error;
}

void leave_quietly(void)
{
    pthread_mutex_unlock(&lock);
}

int last_error(bool clears)
{
    int error = last;
    if (clears)
        last = 0;
    /* An error that stays is there again with the next look. */
    return error != 0 ? error : sticky;
}

void set_last_error(int error)
{
    if (error != 0)
        last = error;
}

bool is_sticky(int error)
{
    switch (error) {
    case cudaErrorIllegalAddress:
    case cudaErrorLaunchTimeout:
    case cudaErrorAssert:
    case cudaErrorMisalignedAddress:
    case cudaErrorInvalidAddressSpace:
    case cudaErrorLaunchFailure:
        return true;
    default:
        return false;
    }
}

void set_sticky(int error)
{
    if (sticky == 0)
        sticky = error;
}

int sticky_error(void)
{
    return sticky;
}

void forget_sticky(void)
{
    sticky = 0;
    last = 0;
}

/* Whether the caller has the lock of a Python interpreter, if there is one in this process. */
static bool has_python_lock(void)
{
    int (*is_initialized)(void) = (int (*)(void))dlsym(RTLD_DEFAULT, "Py_IsInitialized");
    int (*check)(void) = (int (*)(void))dlsym(RTLD_DEFAULT, "PyGILState_Check");
    return is_initialized != NULL && check != NULL && is_initialized() && check() == 1;
}

bool is_held_open(void)
{
    return wishes.holds && !has_progressed;
}

void hold(void)
{
    if (!is_held_open())
        return;
    bool has_lock = has_python_lock();
    struct message message;
    message_begin(&message, REQUEST_HELD);
    message_u32(&message, has_lock);
    exchange(&message, NULL);
    if (has_lock) {
        /* Nobody could ever make any. */
        has_progressed = true;
        return;
    }
    is_waited_for = true;
    while (!has_progressed)
        pthread_cond_wait(&progress, &lock);
    is_waited_for = false;
}

/* For whoever watches in the same process: whether a wait is held open, and that it may end. */
EXPORTED int syslab_is_waited_for(void)
{
    pthread_mutex_lock(&lock);
    bool is_so = is_waited_for;
    pthread_mutex_unlock(&lock);
    return is_so;
}

EXPORTED void syslab_progress(void)
{
    pthread_mutex_lock(&lock);
    has_progressed = true;
    pthread_cond_broadcast(&progress);
    pthread_mutex_unlock(&lock);
}
