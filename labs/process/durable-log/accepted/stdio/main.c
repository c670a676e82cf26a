/* The standard library's streams, and a thread that waits for the signals.
 *
 * The streams are unbuffered where an error must not lose data: fwrite to an unbuffered stream
 * says how much it has written, so that an interrupted one can be continued. A mutex holds the
 * signals' thread off while the log is in pieces.
 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static pthread_mutex_t in_pieces = PTHREAD_MUTEX_INITIALIZER;

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static void *wait_for_signals(void *set)
{
    int number;
    struct timespec soon;

    while (sigwait(set, &number) != 0)
        ;
    clock_gettime(CLOCK_REALTIME, &soon);
    soon.tv_nsec += 500 * 1000 * 1000;
    soon.tv_sec += soon.tv_nsec / 1000000000;
    soon.tv_nsec %= 1000000000;
    pthread_mutex_timedlock(&in_pieces, &soon);
    _exit(0);
}

static FILE *open_stream(const char *path, const char *mode)
{
    FILE *stream;

    while (!(stream = fopen(path, mode)))
        if (errno != EINTR)
            die(path);
    setvbuf(stream, NULL, _IONBF, 0);
    return stream;
}

static int next(FILE *stream)
{
    int c;

    while ((c = getc(stream)) == EOF && ferror(stream)) {
        if (errno != EINTR)
            die("input");
        clearerr(stream);
    }
    return c;
}

/* Returns 0, or -1 with errno set. */
static int put(const char *data, size_t size, FILE *stream)
{
    size_t done = 0;

    while (done < size) {
        errno = 0;
        done += fwrite(data + done, 1, size - done, stream);
        if (done < size && errno != EINTR)
            return -1;
        clearerr(stream);
    }
    return fflush(stream);
}

static void sync_stream(int fd)
{
    while (fsync(fd) != 0)
        if (errno != EINTR)
            die("fsync");
}

static void resize(FILE *stream, long size)
{
    while (ftruncate(fileno(stream), size) != 0)
        if (errno != EINTR)
            die("ftruncate");
}

/* Reads the log from its beginning: simple, and fast enough for a log of this size. */
static long repair(FILE *log)
{
    long whole = 0, at = 0;
    int c;

    setvbuf(log, NULL, _IOFBF, 1 << 16);
    while ((c = next(log)) != EOF) {
        at++;
        if (c == '\n')
            whole = at;
    }
    if (whole < at) {
        resize(log, whole);
        sync_stream(fileno(log));
    }
    return whole;
}

int main(int argc, char **argv)
{
    char *record = NULL, answer[32];
    size_t size = 0, room = 0;
    unsigned long count = 0;
    sigset_t set;
    pthread_t thread;
    int c;

    if (argc != 2)
        return 2;
    signal(SIGXFSZ, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    if (pthread_create(&thread, NULL, wait_for_signals, &set) != 0)
        die("pthread_create");

    FILE *log = open_stream(argv[1], "a");
    FILE *old = open_stream(argv[1], "r+");
    long end = repair(old);
    fclose(old);
    char *path = strdup(argv[1]);
    FILE *directory = open_stream(dirname(path), "r");
    sync_stream(fileno(directory));
    fclose(directory);
    setvbuf(stdout, NULL, _IONBF, 0);

    while ((c = next(stdin)) != EOF) {
        if (size == room) {
            room += 4096;
            record = realloc(record, room);
            if (!record)
                die("realloc");
        }
        record[size++] = (char)c;
        if (c != '\n')
            continue;
        pthread_mutex_lock(&in_pieces);
        if (put(record, size, log) != 0) {
            perror(argv[1]);
            resize(log, end);
            exit(1);
        }
        pthread_mutex_unlock(&in_pieces);
        sync_stream(fileno(log));
        end += (long)size;
        size = 0;
        if (put(answer, (size_t)sprintf(answer, "ok %lu\n", ++count), stdout) != 0)
            die("standard output");
    }
    return 0;
}
