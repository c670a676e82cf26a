/* A program that can be killed at any time needs no way to stop: the handler calls _exit.
 *
 * What is acknowledged is durable, so that there is nothing to finish. The signals are blocked
 * only while the log may end in half a record.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void leave(int number)
{
    (void)number;
    _exit(0);
}

static void die(const char *what)
{
    perror(what);
    exit(1);
}

/* Calls an expression again while it fails with EINTR; dies of other errors. */
#define DO(what, expression)                        \
    ({                                              \
        long answer_;                               \
        while ((answer_ = (long)(expression)) < 0)  \
            if (errno != EINTR)                     \
                die(what);                          \
        answer_;                                    \
    })

int main(int argc, char **argv)
{
    static char input[10000];
    char *record = NULL, answer[32];
    size_t size = 0, room = 0;
    sigset_t stop, old;

    if (argc != 2)
        return 2;
    signal(SIGTERM, leave);
    signal(SIGINT, leave);
    signal(SIGXFSZ, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&stop);
    sigaddset(&stop, SIGTERM);
    sigaddset(&stop, SIGINT);

    const char *path = argv[1];
    int log = (int)DO(path, open(path, O_RDWR | O_CREAT | O_APPEND, 0666));
    char *parent = strndup(path, (size_t)(strrchr(path, '/') + 1 - path));
    int directory = (int)DO(parent, open(parent, O_RDONLY));
    DO(parent, fsync(directory));

    off_t end = DO(path, lseek(log, 0, SEEK_END)), torn = end;
    while (end > 0) {
        off_t from = end > (off_t)sizeof input ? end - (off_t)sizeof input : 0;
        long known = DO(path, pread(log, input, (size_t)(end - from), from));
        char *newline = memrchr(input, '\n', (size_t)known);
        end = newline ? from + (newline + 1 - input) : from;
        if (newline)
            break;
    }
    if (end < torn) {
        DO(path, ftruncate(log, end));
        DO(path, fsync(log));
    }

    long got;
    unsigned long count = 0;
    while ((got = DO("standard input", read(STDIN_FILENO, input, sizeof input))) > 0) {
        for (long at = 0; at < got; at++) {
            if (size == room) {
                room = 2 * room + 100;
                record = realloc(record, room);
                if (!record)
                    die("realloc");
            }
            record[size++] = input[at];
            if (input[at] != '\n')
                continue;

            sigprocmask(SIG_BLOCK, &stop, &old);
            for (size_t done = 0; done < size;) {
                ssize_t wrote = write(log, record + done, size - done);
                if (wrote < 0 && errno != EINTR) {
                    perror(path);
                    DO(path, ftruncate(log, end));
                    return 1;
                }
                if (wrote > 0)
                    done += (size_t)wrote;
            }
            sigprocmask(SIG_SETMASK, &old, NULL);
            DO(path, fsync(log));
            end += (off_t)size;
            size = 0;

            int length = sprintf(answer, "ok %lu\n", ++count);
            for (int done = 0; done < length;)
                done += (int)DO("standard output",
                                write(STDOUT_FILENO, answer + done, (size_t)(length - done)));
        }
    }
    return 0;
}
