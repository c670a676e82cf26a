/*
 * The shim: stands between a native module and the functions of Python and malloc that it calls.
 *
 * What the files do: shim_patch.c finds the module's references to functions and turns them to stubs;
 * shim_x86_64.S holds the stubs; shim.c is asked at each call and notes, checks, answers or waits;
 * shim_crash.c says where a process died; shim_api.h says what is known about each function. shim.py is the way in from Python.
 * Python.h is not needed: what the shim calls of Python it looks up in the running interpreter.
 */
#ifndef SYSLAB_SHIM_H
#define SYSLAB_SHIM_H

#include <stddef.h>
#include <stdint.h>

/* As many as there are stubs in shim_x86_64.S. */
enum { STUBS = 2048, STUB_SIZE = 16 };

/* What is known of one function: its place in the module, and the letters of shim_api.h. */
struct function {
    const char *name;
    uintptr_t real;
    char kind;
    char flags[7];
};

/* Registers of a call, as shim_x86_64.S keeps them. */
struct registers {
    uint64_t argument[6];
    uint64_t rax;
    uint64_t r10;
    double xmm[8][2];
};

/* What one function returned. */
struct returned {
    uint64_t rax;
    uint64_t rdx;
    double xmm0[2];
    double xmm1[2];
};

/* One line of the log. shim.py reads it as it lies in memory. */
struct event {
    uint64_t site;       /* the address to which the call returns, or would have */
    uint64_t first;      /* its first argument */
    uint64_t second;     /* its second argument */
    uint64_t result;     /* what came, where `phase` is RETURNED or ANSWERED */
    int64_t references;  /* the reference count of the result, where it was pinned */
    int64_t time;        /* CLOCK_MONOTONIC, nanoseconds */
    uint32_t function;   /* number of the function */
    uint32_t thread;     /* gettid() */
    uint8_t has_gil;
    uint8_t is_pending;  /* an exception was set */
    uint8_t phase;
    uint8_t spare[5];
};

enum { CALLED, RETURNED, ANSWERED };

/* What is done at each call; bits. */
enum {
    LOG_ALL = 1,    /* every call is logged */
    CHECK = 2,      /* calls without the GIL, or with an exception pending, are logged */
    PIN = 4,        /* new references get one more reference, which is logged */
    RESULTS = 8,    /* calls are logged when they return, too */
};

extern struct function shim_functions[STUBS];
extern uint32_t shim_count;
extern unsigned char shim_stubs[];
extern unsigned char shim_answer[];
extern unsigned char shim_returned[];

/* Sets up the parts of shim.c that need the interpreter; 0, or -1 if one of its functions is missing. */
int shim_start(void);
/* Whether shim.c does something at this function at all. */
int shim_wants(const char *name);
uintptr_t shim_enter(uint64_t number, struct registers *registers, uintptr_t *return_address);
uintptr_t shim_leave(struct returned *returned);

#endif
