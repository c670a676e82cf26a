// Records payments: appends each line of input to LOG, syncs, acknowledges. Loses none.
// Usage: sound LOG
//
// It shows the order of things and no more: a full disk, a torn end of the log and the log's
// directory entry are left to the lab.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static volatile sig_atomic_t stop;

static void on_signal(int signo) {
    (void)signo;
    stop = 1;
}

// ANCHOR: write_all
static int write_all(int fd, const char *bytes, size_t len) {
    while (len > 0) {
        ssize_t taken = write(fd, bytes, len);
        if (taken == -1) {
            if (errno == EINTR)
                continue;
            return -1;
        }
        bytes += taken;
        len -= taken;
    }
    return 0;
}
// ANCHOR_END: write_all

static int sync_data(int fd) {
    int failed;
    do
        failed = fdatasync(fd);
    while (failed && errno == EINTR);
    return failed;
}

// ANCHOR: store
static int store(int log, const char *records, size_t len, int first, int count) {
    char acks[4096];
    size_t used = 0;
    if (write_all(log, records, len) != 0 || sync_data(log) != 0)
        return -1;
    for (int nth = 0; nth < count; nth++) {
        used += sprintf(acks + used, "ok %d\n", first + nth);
        if (used > sizeof acks - 32 || nth == count - 1) {
            if (write_all(STDOUT_FILENO, acks, used) != 0)
                return -1;
            used = 0;
        }
    }
    return 0;
}
// ANCHOR_END: store

int main(int argc, char **argv) {
    if (argc != 2)
        return 2;

    sigset_t blocked, open_mask;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    sigprocmask(SIG_BLOCK, &blocked, &open_mask);
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGTERM, &action, NULL);

    int log = open(argv[1], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    size_t size = 1 << 17, held = 0;
    char *buffer = malloc(size);
    if (log == -1 || !buffer)
        return 1;

    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    int number = 1;
    while (!stop) {
        if (ppoll(&input, 1, NULL, &open_mask) == -1)
            continue;  // EINTR: the handler has run, and the loop looks at its flag.
        ssize_t got = read(STDIN_FILENO, buffer + held, size - held);
        if (got <= 0)
            break;
        held += got;
        char *newline = memrchr(buffer, '\n', held);
        if (!newline)
            continue;
        size_t whole = newline + 1 - buffer;
        int count = 0;
        for (size_t at = 0; at < whole; at++)
            count += buffer[at] == '\n';
        if (store(log, buffer, whole, number, count) != 0)
            return 1;
        number += count;
        held -= whole;
        memmove(buffer, newline + 1, held);
    }
    return 0;
}
