/*
 * Holds threads where they have just given the GIL away: until others are there, or until a gate opens.
 *
 * That two threads are in a call at once, or that an argument is changed in the midst of one, is so made
 * certain, whatever the machine is busy with. Nobody waits for ever: who is out of patience goes on, and
 * that is noted.
 */
#define _GNU_SOURCE
#include "shim.h"

#include <linux/futex.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Futexes, because a mutex would tell a thread sanitizer that what two threads do here is ordered. */
static struct {
    atomic_int wanted;   /* threads that must be there before any goes on; 0: nobody waits */
    atomic_int present;  /* so many have come */
    atomic_int timed_out;
    int64_t patience;    /* nanoseconds */
    atomic_int gate;     /* 0: no gate, 1: closed, 2: open */
    atomic_int inside;   /* so many have come to the gate */
} meeting;

static void sleep_on(atomic_int *word, int value, int64_t until) {
    int64_t left = until - shim_clock(CLOCK_MONOTONIC);
    struct timespec timeout = {left / 1000000000, left % 1000000000};
    if (left > 0)
        syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, &timeout, NULL, 0);
}

static void wake(atomic_int *word) {
    syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, 1 << 30, NULL, NULL, 0);
}

/* To be called without the GIL, by an armed thread that has just given it away. */
void shim_wait(void) {
    int64_t until = shim_clock(CLOCK_MONOTONIC) + meeting.patience;
    int wanted = atomic_load(&meeting.wanted);
    if (wanted > 0 && atomic_load(&meeting.present) < wanted) {
        atomic_fetch_add(&meeting.present, 1);
        wake(&meeting.present);
        for (;;) {
            int present = atomic_load(&meeting.present);
            if (present >= wanted)
                break;
            if (shim_clock(CLOCK_MONOTONIC) >= until) {
                atomic_store(&meeting.timed_out, 1);
                break;
            }
            sleep_on(&meeting.present, present, until);
        }
    }
    if (atomic_load(&meeting.gate) == 1) {
        atomic_fetch_add(&meeting.inside, 1);
        wake(&meeting.inside);
        while (atomic_load(&meeting.gate) == 1) {
            if (shim_clock(CLOCK_MONOTONIC) >= until) {
                atomic_store(&meeting.timed_out, 1);
                break;
            }
            sleep_on(&meeting.gate, 1, until);
        }
    }
}

/* Armed threads that give the GIL away wait there until `wanted` of them have, or out of patience. */
void shim_meet(int wanted, int64_t patience_ns) {
    meeting.patience = patience_ns;
    atomic_store(&meeting.present, 0);
    atomic_store(&meeting.timed_out, 0);
    atomic_store(&meeting.wanted, wanted);
}

/* Armed threads that give the GIL away wait there until the gate is opened, or out of patience. */
void shim_close_gate(int64_t patience_ns) {
    meeting.patience = patience_ns;
    atomic_store(&meeting.timed_out, 0);
    atomic_store(&meeting.inside, 0);
    atomic_store(&meeting.gate, 1);
}

void shim_open_gate(void) {
    atomic_store(&meeting.gate, 2);
    wake(&meeting.gate);
}

/* Waits for somebody at the gate; to be called without the GIL (ctypes.CDLL). 1: somebody is there. */
int shim_await_inside(int64_t patience_ns) {
    int64_t until = shim_clock(CLOCK_MONOTONIC) + patience_ns;
    int inside;
    while ((inside = atomic_load(&meeting.inside)) == 0 && shim_clock(CLOCK_MONOTONIC) < until)
        sleep_on(&meeting.inside, inside, until);
    return inside > 0;
}

/* Threads that came to the meeting, and whether one was out of patience. */
int shim_met(int *timed_out) {
    *timed_out = atomic_load(&meeting.timed_out);
    return atomic_load(&meeting.present);
}
