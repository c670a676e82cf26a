// A mutex in one word, for threads and processes: free, taken, or taken and waited for.
// Usage: sleep spin|futex HOLD_MS    (a parent holds the lock, and a child waits for it)
#include <linux/futex.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// ANCHOR: futex
enum { FREE, TAKEN, WAITED_FOR };

static void lock(_Atomic uint32_t *word) {
    uint32_t seen = FREE;
    if (atomic_compare_exchange_strong(word, &seen, TAKEN))
        return;
    while (atomic_exchange(word, WAITED_FOR) != FREE)
        syscall(SYS_futex, word, FUTEX_WAIT, WAITED_FOR, NULL, NULL, 0);
}

static void unlock(_Atomic uint32_t *word) {
    if (atomic_exchange(word, FREE) == WAITED_FOR)
        syscall(SYS_futex, word, FUTEX_WAKE, 1, NULL, NULL, 0);
}
// ANCHOR_END: futex

// ANCHOR: spin
static void spin(_Atomic uint32_t *word) {
    uint32_t seen = FREE;
    while (!atomic_compare_exchange_weak(word, &seen, TAKEN))
        seen = FREE;
}
// ANCHOR_END: spin

int main(int argc, char **argv) {
    if (argc != 3)
        return 2;
    _Atomic uint32_t *word = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
                                  -1, 0);
    if (word == MAP_FAILED)
        return 1;
    lock(word);
    pid_t child = fork();
    if (child == 0) {
        if (strcmp(argv[1], "spin") == 0)
            spin(word);
        else
            lock(word);
        unlock(word);
        _exit(0);
    }
    long ms = atol(argv[2]);
    nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL);
    unlock(word);
    struct rusage used;
    wait4(child, NULL, 0, &used);
    printf("%s: %.3f s of processor time\n", argv[1],
           (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
               (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6);
    return 0;
}
