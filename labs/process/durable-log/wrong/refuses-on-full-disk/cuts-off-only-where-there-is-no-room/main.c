/* The mistake: what an I/O error leaves of a record stays in the log. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum { RECORD_MAX = 64 * 1024 };
enum { READY = 1, STOP = 2 };

static int signals;             /* readable once we have been told to stop */
static int logfd;
static const char *log_path;
static off_t end;               /* where the log's last safe record ends */

static void fail(const char *what)
{
    fprintf(stderr, "durable-log: %s: %s\n", what, strerror(errno));
    exit(1);
}

/* Waits until `fd` is ready or we are told to stop; says which, perhaps both. */
static int wait_for(int fd, short events)
{
    struct pollfd waiting[] = {{fd, events, 0}, {signals, POLLIN, 0}};

    while (poll(waiting, 2, -1) < 0)
        if (errno != EINTR)
            fail("poll");
    return (waiting[0].revents ? READY : 0) | (waiting[1].revents ? STOP : 0);
}

/* Errors of fsync are not for retrying, EINTR aside: it means that nothing was tried. */
static void sync_fd(int fd, const char *what)
{
    while (fsync(fd) < 0)
        if (errno != EINTR)
            fail(what);
}

/* A file is only as durable as the entry that leads to it. Synced at every start: an earlier
 * run may have been killed between creating the file and getting here. */
static void sync_directory_of(const char *path)
{
    char *copy = strdup(path);
    char *directory = dirname(copy);
    int fd;

    while ((fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
        if (errno != EINTR)
            fail(directory);
    sync_fd(fd, directory);
    close(fd);
    free(copy);
}

static void cut_log(off_t size)
{
    while (ftruncate(logfd, size) < 0)
        if (errno != EINTR)
            fail(log_path);
}

static off_t end_of_last_whole_record(off_t size)
{
    char block[4096];

    while (size > 0) {
        size_t want = size < (off_t)sizeof block ? (size_t)size : sizeof block;
        size_t have = 0;
        while (have < want) {
            ssize_t got = pread(logfd, block + have, want - have, size - (off_t)(want - have));
            if (got < 0 && errno == EINTR)
                continue;
            if (got <= 0)
                fail(log_path);
            have += (size_t)got;
        }
        char *newline = memrchr(block, '\n', want);
        if (newline)
            return size - (off_t)want + (newline - block) + 1;
        size -= (off_t)want;
    }
    return 0;
}

static void open_log(void)
{
    while ((logfd = open(log_path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644)) < 0)
        if (errno != EINTR)
            fail(log_path);

    off_t size = lseek(logfd, 0, SEEK_END);
    if (size < 0)
        fail(log_path);
    end = end_of_last_whole_record(size);
    if (end < size) {
        cut_log(end);
        sync_fd(logfd, log_path);
    }
    sync_directory_of(log_path);
}

/* Makes whole records durable, or does not return. */
static void commit(const char *records, size_t size)
{
    for (size_t done = 0; done < size;) {
        ssize_t wrote = write(logfd, records + done, size - done);
        if (wrote >= 0) {
            done += (size_t)wrote;
        } else if (errno != EINTR) {
            int why = errno;
            if (why != EIO)
                cut_log(end);
            errno = why;
            fail(log_path);
        }
    }
    sync_fd(logfd, log_path);
    end += (off_t)size;
}

/* Acknowledges the records after `acked`, up to `last`; false if told to stop and nobody reads. */
static bool acknowledge(unsigned long acked, unsigned long last)
{
    char lines[PIPE_BUF];

    while (acked < last) {
        size_t size = 0;
        while (acked < last && size + 32 < sizeof lines)
            size += (size_t)sprintf(lines + size, "ok %lu\n", ++acked);
        for (size_t done = 0; done < size;) {
            if (!(wait_for(STDOUT_FILENO, POLLOUT) & READY))
                return false;
            ssize_t wrote = write(STDOUT_FILENO, lines + done, size - done);
            if (wrote >= 0)
                done += (size_t)wrote;
            else if (errno != EINTR)
                fail("standard output");
        }
    }
    return true;
}

/* Reads what there is; 0 at the end of input, or if told to stop. */
static size_t read_input(char *into, size_t room)
{
    while (!(wait_for(STDIN_FILENO, POLLIN) & STOP)) {
        ssize_t got = read(STDIN_FILENO, into, room);
        if (got >= 0)
            return (size_t)got;
        if (errno != EINTR)
            fail("standard input");
    }
    return 0;
}

int main(int argc, char **argv)
{
    static char input[2 * RECORD_MAX];
    size_t held = 0, got;
    unsigned long count = 0;
    sigset_t stop;

    if (argc != 2) {
        fprintf(stderr, "usage: durable-log LOGFILE\n");
        return 2;
    }
    log_path = argv[1];

    signal(SIGXFSZ, SIG_IGN);   /* write says EFBIG instead */
    signal(SIGPIPE, SIG_IGN);   /* write says EPIPE instead */
    sigemptyset(&stop);
    sigaddset(&stop, SIGTERM);
    sigaddset(&stop, SIGINT);
    sigprocmask(SIG_BLOCK, &stop, NULL);
    signals = signalfd(-1, &stop, SFD_CLOEXEC);
    if (signals < 0)
        fail("signalfd");

    open_log();
    while ((got = read_input(input + held, sizeof input - held)) > 0) {
        held += got;
        char *newline = memrchr(input, '\n', held);
        size_t whole = newline ? (size_t)(newline - input) + 1 : 0;
        if (whole) {
            unsigned long acked = count;
            for (size_t at = 0; at < whole; at++)
                count += input[at] == '\n';
            commit(input, whole);
            if (!acknowledge(acked, count))
                break;
        }
        held -= whole;
        memmove(input, input + whole, held);
        if (held > RECORD_MAX) {
            fprintf(stderr, "durable-log: record %lu is longer than 64 KiB\n", count + 1);
            return 1;
        }
    }
    return 0;   /* what is still held is a record without its end: it was never promised */
}
