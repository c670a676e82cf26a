/* Durable by the way the log is written: pwritev2 with RWF_DSYNC, straight from the input buffer.
 *
 * Signals through a signalfd in an epoll set. Groups of at most sixteen records.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/uio.h>
#include <unistd.h>

enum { GROUP = 16, RECORD_MAX = 64 * 1024, STOP = 1, READY = 2 };

static int log_fd, signal_fd;
static off_t end;

static void die(const char *what)
{
    fprintf(stderr, "%s: %m\n", what);
    exit(1);
}

/* An epoll set of the signals and one more descriptor. */
static int watch(int fd, unsigned events)
{
    int set = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event stop = {EPOLLIN, {.u32 = STOP}}, ready = {events, {.u32 = READY}};

    if (set < 0 || epoll_ctl(set, EPOLL_CTL_ADD, signal_fd, &stop) < 0)
        die("epoll");
    if (epoll_ctl(set, EPOLL_CTL_ADD, fd, &ready) < 0) {
        if (errno != EPERM)
            die("epoll");
        /* A regular file: always ready, so that the signals need not be waited for. */
        close(set);
        return -1;
    }
    return set;
}

static unsigned wait_for(int set)
{
    struct epoll_event events[2];
    unsigned found = 0;
    int count;

    if (set < 0)
        return READY;
    while ((count = epoll_wait(set, events, 2, -1)) < 0)
        if (errno != EINTR)
            die("epoll_wait");
    while (count-- > 0)
        found |= events[count].data.u32;
    return found;
}

static int open_retrying(const char *path, int flags)
{
    for (;;) {
        int fd = open(path, flags | O_CLOEXEC, 0644);
        if (fd >= 0)
            return fd;
        if (errno != EINTR)
            die(path);
    }
}

static void sync_retrying(int fd)
{
    while (fsync(fd) != 0)
        if (errno != EINTR)
            die("fsync");
}

static void cut(void)
{
    while (ftruncate(log_fd, end) != 0)
        if (errno != EINTR)
            die("ftruncate");
}

static void repair(void)
{
    off_t size = lseek(log_fd, 0, SEEK_END);
    char block[RECORD_MAX];

    for (end = size; end > 0;) {
        off_t from = end > RECORD_MAX ? end - RECORD_MAX : 0;
        ssize_t got = pread(log_fd, block, (size_t)(end - from), from);
        if (got < 0 && errno == EINTR)
            continue;
        if (got != end - from)
            die("pread");
        char *newline = memrchr(block, '\n', (size_t)got);
        end = newline ? from + (newline - block) + 1 : from;
        if (newline)
            break;
    }
    if (end < size) {
        cut();
        sync_retrying(log_fd);
    }
}

static void store(struct iovec *piece, int pieces)
{
    off_t at = end;

    while (pieces > 0) {
        ssize_t wrote = pwritev2(log_fd, piece, pieces, at, RWF_DSYNC);
        if (wrote < 0) {
            if (errno == EINTR)
                continue;
            fprintf(stderr, "log: %m\n");
            cut();
            exit(1);
        }
        at += wrote;
        while (pieces > 0 && (size_t)wrote >= piece->iov_len) {
            wrote -= (ssize_t)piece->iov_len;
            piece++;
            pieces--;
        }
        if (pieces > 0) {
            piece->iov_base = (char *)piece->iov_base + wrote;
            piece->iov_len -= (size_t)wrote;
        }
    }
    end = at;
}

int main(int argc, char **argv)
{
    static char input[2 * RECORD_MAX];
    size_t filled = 0;
    unsigned long number = 0;
    sigset_t mask;

    if (argc < 2)
        return 2;
    sigemptyset(&mask);
    sigaddset(&mask, SIGINT);
    sigaddset(&mask, SIGTERM);
    sigaddset(&mask, SIGXFSZ);      /* blocked, it does not kill: write gives EFBIG */
    sigaddset(&mask, SIGPIPE);
    sigprocmask(SIG_BLOCK, &mask, NULL);
    sigdelset(&mask, SIGXFSZ);
    sigdelset(&mask, SIGPIPE);
    signal_fd = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
    if (signal_fd < 0)
        die("signalfd");

    char *directory = strdup(argv[1]);
    char *slash = strrchr(directory, '/');
    if (slash)
        slash[1] = '\0';
    log_fd = open_retrying(argv[1], O_RDWR | O_CREAT);
    int parent = open_retrying(slash ? directory : ".", O_RDONLY);
    sync_retrying(parent);
    close(parent);
    repair();

    int reading = watch(STDIN_FILENO, EPOLLIN), writing = watch(STDOUT_FILENO, EPOLLOUT);
    while (!(wait_for(reading) & STOP)) {
        ssize_t got = read(STDIN_FILENO, input + filled, sizeof input - filled);
        if (got < 0) {
            if (errno == EINTR)
                continue;
            die("read");
        }
        if (got == 0)
            break;
        filled += (size_t)got;

        char *start = input, *newline = input;
        while (newline) {
            struct iovec group[GROUP];
            char answer[GROUP * 24];
            int members = 0, length = 0, sent = 0;
            while (members < GROUP &&
                   (newline = memchr(start, '\n', (size_t)(input + filled - start)))) {
                group[members++] = (struct iovec){start, (size_t)(newline + 1 - start)};
                start = newline + 1;
                length += sprintf(answer + length, "ok %lu\n", ++number);
            }
            store(group, members);
            while (sent < length) {
                if (!(wait_for(writing) & READY))
                    return 0;
                ssize_t wrote = write(STDOUT_FILENO, answer + sent, (size_t)(length - sent));
                if (wrote < 0 && errno != EINTR)
                    die("write");
                if (wrote > 0)
                    sent += (int)wrote;
            }
        }
        filled -= (size_t)(start - input);
        memmove(input, start, filled);
        if (filled > RECORD_MAX) {
            fprintf(stderr, "record too long\n");
            return 1;
        }
    }
    return 0;
}
