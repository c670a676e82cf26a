/* Writes through one description of the log and syncs through another: a sync is about the file.
 *
 * Signals are blocked but in ppoll. As ppoll does not report a signal while its descriptor is
 * ready, the pending ones are looked at first.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static volatile sig_atomic_t told;
static sigset_t unblocked;

static void on_signal(int number)
{
    told = number;
}

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static int is_told(void)
{
    sigset_t pending;

    sigpending(&pending);
    return told || sigismember(&pending, SIGTERM) || sigismember(&pending, SIGINT);
}

/* Waits until `fd` is ready (1) or a signal comes (0). */
static int wait_for(int fd, short events)
{
    struct pollfd item = {fd, events, 0};

    while (!told)
        if (ppoll(&item, 1, NULL, &unblocked) >= 0)
            return 1;
        else if (errno != EINTR)
            die("ppoll");
    return 0;
}

static int open_retry(const char *path, int flags)
{
    int fd;

retry:
    fd = open(path, flags, 0640);
    if (fd < 0 && errno == EINTR)
        goto retry;
    if (fd < 0)
        die(path);
    return fd;
}

static void sync_retry(int fd)
{
retry:
    if (fdatasync(fd) == 0)
        return;
    if (errno == EINTR)
        goto retry;
    die("fdatasync");
}

static void cut(int fd, off_t size)
{
retry:
    if (ftruncate(fd, size) == 0)
        return;
    if (errno == EINTR)
        goto retry;
    die("ftruncate");
}

int main(int argc, char **argv)
{
    struct sigaction action = {.sa_handler = on_signal};
    sigset_t stop;
    static char buffer[65536 + 1];
    size_t held = 0;
    unsigned long acked = 0;

    if (argc != 2)
        return 2;
    sigemptyset(&stop);
    sigaddset(&stop, SIGTERM);
    sigaddset(&stop, SIGINT);
    sigprocmask(SIG_BLOCK, &stop, &unblocked);
    sigdelset(&unblocked, SIGTERM);
    sigdelset(&unblocked, SIGINT);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    signal(SIGXFSZ, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);

    int writing = open_retry(argv[1], O_WRONLY | O_CREAT | O_APPEND);
    int syncing = open_retry(argv[1], O_RDONLY);
    char *slash = strrchr(argv[1], '/');
    char *parent = slash ? strndup(argv[1], (size_t)(slash - argv[1] + 1)) : ".";
    int directory = open_retry(parent, O_RDONLY | O_DIRECTORY);
retry:
    if (fsync(directory) < 0) {
        if (errno == EINTR)
            goto retry;
        die(parent);
    }

    off_t size = lseek(syncing, 0, SEEK_END), end = size;
    while (end > 0) {
        size_t want = end > (off_t)sizeof buffer ? sizeof buffer : (size_t)end;
        ssize_t got = pread(syncing, buffer, want, end - (off_t)want);
        if (got < 0 && errno == EINTR)
            continue;
        if (got != (ssize_t)want)
            die(argv[1]);
        while (got > 0 && buffer[got - 1] != '\n')
            got--;
        end = end - (off_t)want + got;
        if (got > 0)
            break;
    }
    if (end < size) {
        cut(writing, end);
        sync_retry(syncing);
    }

    while (!is_told() && wait_for(STDIN_FILENO, POLLIN)) {
        ssize_t got = read(STDIN_FILENO, buffer + held, sizeof buffer - held);
        if (got == 0)
            break;
        if (got < 0 && errno != EINTR)
            die("standard input");
        if (got < 0)
            continue;
        held += (size_t)got;

        char *last_newline = memrchr(buffer, '\n', held);
        if (!last_newline) {
            if (held == sizeof buffer) {
                fputs("record too long\n", stderr);
                return 1;
            }
            continue;
        }
        size_t whole = (size_t)(last_newline + 1 - buffer), done = 0;
        while (done < whole) {
            ssize_t wrote = write(writing, buffer + done, whole - done);
            if (wrote > 0)
                done += (size_t)wrote;
            if (wrote < 0 && errno != EINTR) {
                perror(argv[1]);
                cut(writing, end);
                return 1;
            }
        }
        sync_retry(syncing);
        end += (off_t)whole;

        for (char *at = buffer; at < buffer + whole; at++) {
            char line[32];
            if (*at != '\n')
                continue;
            int length = sprintf(line, "ok %lu\n", ++acked), sent = 0;
            while (sent < length) {
                if (!wait_for(STDOUT_FILENO, POLLOUT))
                    return 0;
                ssize_t wrote = write(STDOUT_FILENO, line + sent, (size_t)(length - sent));
                if (wrote < 0 && errno != EINTR)
                    die("standard output");
                if (wrote > 0)
                    sent += (int)wrote;
            }
        }
        held -= whole;
        memmove(buffer, buffer + whole, held);
    }
    return 0;
}
