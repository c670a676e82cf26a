/* One thread reads, another one writes; between them a queue of 64 records.
 *
 * The main thread waits for input, room in the queue, and signals, all as descriptors. The writer
 * may block where it likes: when it is stuck in an acknowledgement that nobody reads, the main
 * thread leaves without it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum { SLOTS = 64, RECORD_MAX = 64 * 1024, GRACE_MS = 500 };

struct record {
    char *bytes;
    size_t size;
};

static struct record queue[SLOTS];
static unsigned head, tail;             /* tail - head records are waiting */
static bool closed;                     /* no more will come */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;

static int free_slots;                  /* eventfd, a semaphore */
static int writer_done;                 /* eventfd */
static int signals;
static int log_fd;
static off_t end;
static const char *log_path;

static void die(const char *what)
{
    perror(what);
    _exit(1);
}

static void post(int fd)
{
    uint64_t one = 1;

    while (write(fd, &one, sizeof one) < 0)
        if (errno != EINTR)
            die("eventfd");
}

static void truncate_log(off_t size)
{
    while (ftruncate(log_fd, size) < 0)
        if (errno != EINTR)
            die(log_path);
}

static void append(const char *bytes, size_t size)
{
    for (size_t done = 0; done < size;) {
        ssize_t wrote = write(log_fd, bytes + done, size - done);
        if (wrote >= 0) {
            done += (size_t)wrote;
        } else if (errno != EINTR) {
            perror(log_path);
            truncate_log(end);
            _exit(1);
        }
    }
    while (fdatasync(log_fd) < 0)
        if (errno != EINTR)
            die(log_path);
    end += (off_t)size;
}

static void acknowledge(unsigned long number)
{
    char line[32];
    size_t size = (size_t)sprintf(line, "ok %lu\n", number);

    for (size_t done = 0; done < size;) {
        ssize_t wrote = write(STDOUT_FILENO, line + done, size - done);
        if (wrote >= 0)
            done += (size_t)wrote;
        else if (errno != EINTR)
            die("standard output");
    }
}

static void *writer(void *unused)
{
    unsigned long number = 0;

    for (;;) {
        pthread_mutex_lock(&lock);
        while (head == tail && !closed)
            pthread_cond_wait(&changed, &lock);
        if (head == tail)
            break;
        struct record record = queue[head++ % SLOTS];
        pthread_mutex_unlock(&lock);
        post(free_slots);

        append(record.bytes, record.size);
        free(record.bytes);
        acknowledge(++number);
    }
    pthread_mutex_unlock(&lock);
    post(writer_done);
    return unused;
}

/* Waits for `fd`, for a signal, or for so many milliseconds; false unless it is `fd`. */
static bool wait_for(int fd, int timeout_ms)
{
    struct pollfd fds[] = {{signals, POLLIN, 0}, {fd, POLLIN, 0}};
    int found;

    while ((found = poll(fds, 2, timeout_ms)) < 0)
        if (errno != EINTR)
            die("poll");
    return found > 0 && !fds[0].revents;
}

/* Puts a record into the queue; false if a signal came while it was full. */
static bool push(const char *bytes, size_t size)
{
    uint64_t slot;
    char *copy = malloc(size);

    if (!copy)
        die("malloc");
    memcpy(copy, bytes, size);
    do {
        if (!wait_for(free_slots, -1))
            return false;
    } while (read(free_slots, &slot, sizeof slot) < 0 && errno == EINTR);
    pthread_mutex_lock(&lock);
    queue[tail++ % SLOTS] = (struct record){copy, size};
    pthread_cond_signal(&changed);
    pthread_mutex_unlock(&lock);
    return true;
}

/* Reads until the end of input (true) or a signal (false). */
static bool read_records(void)
{
    static char input[2 * RECORD_MAX];
    size_t filled = 0;

    while (wait_for(STDIN_FILENO, -1)) {
        ssize_t got = read(STDIN_FILENO, input + filled, sizeof input - filled);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            die("standard input");
        if (got == 0)
            return true;
        filled += (size_t)got;
        char *at = input, *newline;
        while ((newline = memchr(at, '\n', (size_t)(input + filled - at)))) {
            if (!push(at, (size_t)(newline + 1 - at)))
                return false;
            at = newline + 1;
        }
        filled -= (size_t)(at - input);
        memmove(input, at, filled);
        if (filled > RECORD_MAX) {
            errno = EMSGSIZE;
            die("record");
        }
    }
    return false;
}

static int open_retrying(const char *path, int flags)
{
    int fd;

    while ((fd = open(path, flags | O_CLOEXEC, 0644)) < 0)
        if (errno != EINTR)
            die(path);
    return fd;
}

static void sync_retrying(int fd)
{
    while (fsync(fd) < 0)
        if (errno != EINTR)
            die("fsync");
}

static void open_log(void)
{
    char *directory = strdup(log_path), *slash = strrchr(directory, '/');
    static char block[RECORD_MAX];

    log_fd = open_retrying(log_path, O_RDWR | O_CREAT | O_APPEND);
    off_t size = end = lseek(log_fd, 0, SEEK_END);
    while (end > 0) {
        off_t from = end > RECORD_MAX ? end - RECORD_MAX : 0;
        ssize_t got = pread(log_fd, block, (size_t)(end - from), from);
        if (got < 0 && errno == EINTR)
            continue;
        if (got != end - from)
            die(log_path);
        while (got > 0 && block[got - 1] != '\n')
            got--;
        end = from + got;
        if (got > 0)
            break;
    }
    if (end < size) {
        truncate_log(end);
        sync_retrying(log_fd);
    }
    if (slash)
        slash[1] = '\0';
    int parent = open_retrying(slash ? directory : ".", O_RDONLY | O_DIRECTORY);
    sync_retrying(parent);
    close(parent);
    free(directory);
}

int main(int argc, char **argv)
{
    sigset_t mask;
    pthread_t thread;

    if (argc != 2)
        return 2;
    log_path = argv[1];
    signal(SIGXFSZ, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&mask);
    sigaddset(&mask, SIGTERM);
    sigaddset(&mask, SIGINT);
    pthread_sigmask(SIG_BLOCK, &mask, NULL);    /* before there is another thread */
    signals = signalfd(-1, &mask, SFD_CLOEXEC);
    free_slots = eventfd(SLOTS, EFD_CLOEXEC | EFD_SEMAPHORE);
    writer_done = eventfd(0, EFD_CLOEXEC);
    if (signals < 0 || free_slots < 0 || writer_done < 0)
        die("descriptors");
    open_log();
    if ((errno = pthread_create(&thread, NULL, writer, NULL)) != 0)
        die("pthread_create");

    bool at_end = read_records();
    pthread_mutex_lock(&lock);
    closed = true;
    if (!at_end)
        head = tail;                    /* what has not been begun is dropped */
    pthread_cond_signal(&changed);
    pthread_mutex_unlock(&lock);

    if (!at_end || !wait_for(writer_done, -1)) {
        /* Told to stop: the writer may finish what it has in hand, and not for long. */
        struct pollfd done = {writer_done, POLLIN, 0};
        while (poll(&done, 1, GRACE_MS) < 0 && errno == EINTR)
            ;
    }
    _exit(0);
}
