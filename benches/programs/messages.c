// What is beside the ring: messages through a pipe, and two processes that wake each other.
//
//     messages pipe COUNT BYTES      COUNT messages, each written and read by a call of its own
//     messages futex COUNT           COUNT round trips over a word in shared memory
//
// Prints the seconds it took.
#include <linux/futex.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "measured.h"

static void through_pipe(long count, size_t bytes) {
    int ends[2];
    if (pipe(ends) < 0) fail("pipe");
    char *message = calloc(1, bytes);
    pid_t child = fork();
    if (child == 0) {
        close(ends[1]);
        ssize_t got;
        // A pipe keeps no borders: what is missing of a message comes with the next read.
        while ((got = read(ends[0], message, bytes)) > 0) {}
        _exit(got < 0);
    }
    close(ends[0]);
    for (long made = 0; made < count; made++)
        if (write(ends[1], message, bytes) != (ssize_t)bytes) fail("write");
    close(ends[1]);
    waitpid(child, NULL, 0);
}

static void set(atomic_uint *word, unsigned value) {
    atomic_store(word, value);
    syscall(SYS_futex, word, FUTEX_WAKE, 1, NULL, NULL, 0);
}

static void await(atomic_uint *word, unsigned value) {
    unsigned seen;
    while ((seen = atomic_load(word)) != value) syscall(SYS_futex, word, FUTEX_WAIT, seen, NULL, NULL, 0);
}

static void by_futex(long count) {
    atomic_uint *words = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (words == MAP_FAILED) fail("mmap");
    // Each in a cache line of its own.
    atomic_uint *ping = words, *pong = words + 64;
    pid_t child = fork();
    for (unsigned turn = 1; turn <= count; turn++) {
        if (child == 0) {
            await(ping, turn);
            set(pong, turn);
        } else {
            set(ping, turn);
            await(pong, turn);
        }
    }
    if (child == 0) _exit(0);
    waitpid(child, NULL, 0);
}

int main(int argc, char **argv) {
    if (argc < 3) return 2;
    double begin = now();
    if (strcmp(argv[1], "pipe") == 0)
        through_pipe(atol(argv[2]), argc > 3 ? strtoul(argv[3], NULL, 10) : 64);
    else
        by_futex(atol(argv[2]));
    printf("%f\n", now() - begin);
    return 0;
}
