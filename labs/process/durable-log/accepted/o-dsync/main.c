/* Durable by the way the log is opened: with O_DSYNC, each write is its own sync.
 *
 * Signals through a self-pipe, the classic way. One record, one write.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <unistd.h>

static int self_pipe[2];

static void on_signal(int number)
{
    int saved = errno;
    char byte = (char)number;
    ssize_t ignored = write(self_pipe[1], &byte, 1);

    (void)ignored;
    errno = saved;
}

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static int open_again(const char *path, int flags)
{
    int fd;

    do
        fd = open(path, flags | O_CLOEXEC, 0600);
    while (fd < 0 && errno == EINTR);
    if (fd < 0)
        die(path);
    return fd;
}

static void cut(int fd, off_t size)
{
    int answer;

    do
        answer = ftruncate(fd, size);
    while (answer < 0 && errno == EINTR);
    if (answer < 0)
        die("ftruncate");
}

static void fsync_again(int fd)
{
    int answer;

    do
        answer = fsync(fd);
    while (answer < 0 && errno == EINTR);
    if (answer < 0)
        die("fsync");
}

/* Reads the log once from the front, and remembers the last newline. */
static off_t whole_size(int fd)
{
    char block[16384], *newline;
    off_t at = 0, whole = 0;
    ssize_t got;

    while ((got = read(fd, block, sizeof block)) != 0) {
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            die("read");
        newline = memrchr(block, '\n', (size_t)got);
        if (newline)
            whole = at + (newline - block) + 1;
        at += got;
    }
    return whole;
}

/* Waits for one descriptor or for the end; select(2) leaves the sets alone when it fails. */
static void wait_for(int reading, int writing, int *ready, int *stop)
{
    for (;;) {
        fd_set in, out;
        FD_ZERO(&in);
        FD_ZERO(&out);
        FD_SET(self_pipe[0], &in);
        if (reading >= 0)
            FD_SET(reading, &in);
        if (writing >= 0)
            FD_SET(writing, &out);
        if (select(FD_SETSIZE, &in, &out, NULL, NULL) >= 0) {
            *stop = FD_ISSET(self_pipe[0], &in);
            *ready = reading >= 0 ? FD_ISSET(reading, &in) : FD_ISSET(writing, &out);
            return;
        }
        if (errno != EINTR)
            die("select");
    }
}

int main(int argc, char **argv)
{
    static char record[64 * 1024 + 1];
    static char chunk[4096];
    size_t length = 0;
    unsigned long count = 0;
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    int ready, stop;

    if (argc != 2)
        return 2;
    signal(SIGXFSZ, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    if (pipe2(self_pipe, O_NONBLOCK | O_CLOEXEC) < 0)
        die("pipe2");
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);

    int log = open_again(argv[1], O_RDWR | O_CREAT | O_DSYNC);
    off_t size = whole_size(log);
    if (size < lseek(log, 0, SEEK_END)) {
        cut(log, size);
        fsync_again(log);
    }
    char *slash = strrchr(argv[1], '/');
    char *directory = slash ? strndup(argv[1], (size_t)(slash - argv[1]) + 1) : strdup(".");
    int parent = open_again(directory, O_RDONLY | O_DIRECTORY);
    fsync_again(parent);

    for (;;) {
        wait_for(STDIN_FILENO, -1, &ready, &stop);
        if (stop)
            return 0;
        ssize_t got = read(STDIN_FILENO, chunk, sizeof chunk);
        if (got == 0)
            return 0;
        if (got < 0) {
            if (errno == EINTR)
                continue;
            die("read");
        }
        for (ssize_t at = 0; at < got; at++) {
            if (length == sizeof record) {
                fprintf(stderr, "record too long\n");
                return 1;
            }
            record[length++] = chunk[at];
            if (chunk[at] != '\n')
                continue;
            for (size_t done = 0; done < length;) {
                ssize_t wrote = pwrite(log, record + done, length - done, size + (off_t)done);
                if (wrote >= 0) {
                    done += (size_t)wrote;
                } else if (errno != EINTR) {
                    perror(argv[1]);
                    cut(log, size);
                    return 1;
                }
            }
            size += (off_t)length;
            length = 0;

            char line[32];
            int whole = snprintf(line, sizeof line, "ok %lu\n", ++count);
            for (int done = 0; done < whole;) {
                wait_for(-1, STDOUT_FILENO, &ready, &stop);
                if (!ready)
                    return 0;
                ssize_t wrote = write(STDOUT_FILENO, line + done, (size_t)(whole - done));
                if (wrote >= 0)
                    done += (int)wrote;
                else if (errno != EINTR)
                    die("write");
            }
        }
    }
}
