/* ring produce NAME CAPACITY: sends the lines of its standard input through shared memory.
 * ring consume NAME: writes them to its standard output.
 *
 * Wrong: it says that it is ready when its head has a size, and the place for the lines gets its own then.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum side { PRODUCER, CONSUMER };

static const char *const NAMES[] = { "producer", "consumer" };

/* How long the other side is waited for at the start. The clock runs on while we have no processor:
 * so it is a good deal more than what is promised. */
#define PATIENCE_S 30
#define LOOK_AGAIN_MS 10

/* Bytes that are taken out of the standard input at once. */
#define CHUNK 65536

/* Each line of the cache is written by one side only, but for the bells. Zeros are a ring that is
 * not ready. */
struct ring {
    _Alignas(64) _Atomic uint64_t written;  /* Bytes put in so far. */
    _Atomic uint32_t is_closed;             /* No more will come. */
    _Alignas(64) _Atomic uint64_t read;     /* Bytes taken out so far. */
    _Alignas(64) _Atomic uint32_t bell[2];  /* For each side: something has changed. */
    _Atomic uint32_t is_here[2];            /* Each side: my lock is taken. */
    _Atomic uint32_t is_ready;              /* All of this has been filled in. */
    uint64_t capacity;
    char bytes[];
};

static struct ring *ring;
static const char *name;
static int fd = -1;
static enum side me, other;
static _Atomic bool is_other_gone;

/* Says what is wrong, removes the object, and ends. */
static _Noreturn void give_up(const char *format, ...)
{
    char text[256];
    va_list args;

    va_start(args, format);
    int length = vsnprintf(text, sizeof text - 1, format, args);
    va_end(args);
    text[length < (int)sizeof text - 1 ? length : (int)sizeof text - 2] = '\n';
    (void)!write(STDERR_FILENO, text, strlen(text));
    if (fd != -1)
        shm_unlink(name);
    _exit(1);
}

/* futex(2) between processes: without FUTEX_PRIVATE_FLAG. */
static int futex_wait(_Atomic uint32_t *word, uint32_t value, const struct timespec *limit)
{
    return (int)syscall(SYS_futex, word, FUTEX_WAIT, value, limit, NULL, 0);
}

static void futex_wake(_Atomic uint32_t *word)
{
    syscall(SYS_futex, word, FUTEX_WAKE, INT32_MAX, NULL, NULL, 0);
}

static void ring_bell(enum side side)
{
    atomic_fetch_add(&ring->bell[side], 1);
    futex_wake(&ring->bell[side]);
}

/* Locks the byte of a side, by an open file description lock: they belong to `fd`, not to us, and
 * the kernel does not look for circles of waiters, of which two sides that wait for each other's end
 * would be one. See F_OFD_SETLK(2const). */
static int lock_byte(enum side side, int command)
{
    struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = side, .l_len = 1 };

    while (fcntl(fd, command, &lock) == -1)
        if (errno != EINTR)
            return -1;
    return 0;
}

static bool is_drained(void)
{
    return atomic_load(&ring->is_closed) && atomic_load(&ring->read) == atomic_load(&ring->written);
}

/* Waits for the end of the other side. */
static void *watch(void *unused)
{
    struct timespec limit = { .tv_sec = PATIENCE_S };

    while (!atomic_load(&ring->is_here[other]))
        if (futex_wait(&ring->is_here[other], 0, &limit) == -1 && errno == ETIMEDOUT)
            give_up("%s: no %s has come", name, NAMES[other]);
    if (lock_byte(other, F_OFD_SETLKW) == -1)
        give_up("%s: cannot wait for the %s: %s", name, NAMES[other], strerror(errno));
    if (me == PRODUCER && !is_drained())
        give_up("%s: the consumer has died", name);
    /* What the producer has published, the consumer takes out first. */
    atomic_store(&is_other_gone, true);
    ring_bell(me);
    return unused;
}

static void watch_other(void)
{
    pthread_t thread;

    atomic_store(&ring->is_here[me], 1);
    futex_wake(&ring->is_here[me]);
    if (pthread_create(&thread, NULL, watch, NULL) != 0)
        give_up("%s: cannot start a thread", name);
}

static struct ring *map(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

    if (memory == MAP_FAILED)
        give_up("%s: cannot map it: %s", name, strerror(errno));
    return memory;
}

/* Makes the object. One that is there and has no living producer is a leftover. */
static void make(uint64_t capacity)
{
    struct stat status;

    for (;;) {
        fd = shm_open(name, O_RDWR | O_CREAT, 0600);
        if (fd == -1 || fstat(fd, &status) == -1)
            give_up("%s: %s", name, strerror(errno));
        if (lock_byte(PRODUCER, F_OFD_SETLK) == -1) {
            fd = -1;    /* It is not ours to remove. */
            give_up("%s: it has a producer", name);
        }
        if (status.st_size == 0)
            break;
        shm_unlink(name);
        close(fd);
    }
    size_t size = sizeof *ring + capacity;
    if (ftruncate(fd, sizeof *ring) == -1)
        give_up("%s: %s", name, strerror(errno));
    ring = map(sizeof *ring);
    ring->capacity = capacity;
    atomic_store_explicit(&ring->is_ready, 1, memory_order_release);
    /* On a full /dev/shm now, and not by a signal later. */
    int error = posix_fallocate(fd, 0, (off_t)size);
    if (error != 0)
        give_up("%s: %s", name, strerror(error));
    ring = map(size);
    ring->capacity = capacity;
    watch_other();
    atomic_store_explicit(&ring->is_ready, 1, memory_order_release);
}

/* Whether the object is there and ready. */
static bool find(void)
{
    struct stat status;

    fd = shm_open(name, O_RDWR, 0);
    if (fd == -1) {
        if (errno != ENOENT)
            give_up("%s: %s", name, strerror(errno));
        return false;
    }
    if (fstat(fd, &status) == -1)
        give_up("%s: %s", name, strerror(errno));
    if ((size_t)status.st_size >= sizeof *ring) {
        ring = map((size_t)status.st_size);
        if (atomic_load_explicit(&ring->is_ready, memory_order_acquire)) {
            /* It comes from another process. */
            if (ring->capacity == 0)
                give_up("%s: it is no ring", name);
            return true;
        }
        munmap(ring, (size_t)status.st_size);
    }
    close(fd);
    fd = -1;
    return false;
}

static void join(void)
{
    struct timespec pause = { .tv_nsec = LOOK_AGAIN_MS * 1000000 };

    for (int looks = 0; !find(); looks++) {
        if (looks == PATIENCE_S * 1000 / LOOK_AGAIN_MS)
            give_up("%s: no producer has come", name);
        nanosleep(&pause, NULL);
    }
    if (lock_byte(CONSUMER, F_OFD_SETLK) == -1) {
        fd = -1;
        give_up("%s: it has a consumer", name);
    }
    watch_other();
}

/* Copies into the ring or out of it, across its end. */
static void copy(uint64_t at, char *bytes, size_t size, bool in)
{
    size_t start = at % ring->capacity, until_end = ring->capacity - start;
    size_t first = size < until_end ? size : until_end;

    if (in) {
        memcpy(ring->bytes + start, bytes, first);
        memcpy(ring->bytes, bytes + first, size - first);
    } else {
        memcpy(bytes, ring->bytes + start, first);
        memcpy(bytes + first, ring->bytes, size - first);
    }
}

static void put(char *bytes, size_t size)
{
    uint64_t written = atomic_load_explicit(&ring->written, memory_order_relaxed);

    while (size > 0) {
        uint32_t bell = atomic_load(&ring->bell[me]);
        uint64_t room = ring->capacity - (written - atomic_load(&ring->read));
        if (room > ring->capacity)
            give_up("%s: the consumer has damaged it", name);
        size_t now = size < room ? size : room;
        if (now == 0) {
            futex_wait(&ring->bell[me], bell, NULL);
            continue;
        }
        copy(written, bytes, now, true);
        written += now;
        /* Only now are they there. */
        atomic_store_explicit(&ring->written, written, memory_order_release);
        ring_bell(other);
        bytes += now;
        size -= now;
    }
}

static int produce(uint64_t capacity)
{
    static char chunk[CHUNK];
    char last = '\n';
    ssize_t got;

    make(capacity);
    while ((got = read(STDIN_FILENO, chunk, sizeof chunk)) != 0) {
        if (got == -1 && errno == EINTR)
            continue;
        if (got == -1)
            give_up("standard input: %s", strerror(errno));
        put(chunk, (size_t)got);
        last = chunk[got - 1];
    }
    if (last != '\n')
        put("\n", 1);
    atomic_store(&ring->is_closed, 1);
    ring_bell(other);
    for (;;) {
        uint32_t bell = atomic_load(&ring->bell[me]);
        if (is_drained())
            return 0;
        futex_wait(&ring->bell[me], bell, NULL);
    }
}

static void write_all(const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t done = write(STDOUT_FILENO, bytes, size);
        if (done == -1 && errno == EINTR)
            continue;
        if (done == -1)
            give_up("standard output: %s", strerror(errno));
        bytes += done;
        size -= (size_t)done;
    }
}

/* Takes out what is there, up to `most` bytes; 0 if no more will come. */
static size_t get(char *bytes, size_t most)
{
    uint64_t read = atomic_load_explicit(&ring->read, memory_order_relaxed);

    for (;;) {
        uint32_t bell = atomic_load(&ring->bell[me]);
        /* In this order: what came before the end is there when the end is seen. */
        bool is_over = atomic_load(&ring->is_closed) || atomic_load(&is_other_gone);
        uint64_t there = atomic_load_explicit(&ring->written, memory_order_acquire) - read;
        if (there > ring->capacity)
            give_up("%s: the producer has damaged it", name);
        if (there > 0) {
            size_t now = there < most ? there : most;
            copy(read, bytes, now, false);
            /* Only now may they be overwritten. */
            atomic_store_explicit(&ring->read, read + now, memory_order_release);
            ring_bell(other);
            return now;
        }
        if (is_over)
            return 0;
        futex_wait(&ring->bell[me], bell, NULL);
    }
}

static int consume(void)
{
    char *lines = NULL;
    size_t kept = 0, room = 0, got;

    join();
    for (;;) {
        if (room - kept < ring->capacity) {
            room = kept + ring->capacity;
            lines = realloc(lines, room);
            if (!lines)
                give_up("out of memory");
        }
        got = get(lines + kept, room - kept);
        if (got == 0)
            break;
        kept += got;
        char *end = memrchr(lines, '\n', kept);
        if (end) {
            size_t whole = (size_t)(end + 1 - lines);
            write_all(lines, whole);
            kept -= whole;
            memmove(lines, end + 1, kept);
        }
    }
    if (!atomic_load(&ring->is_closed))
        give_up("%s: the producer has died", name);
    shm_unlink(name);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 4 && strcmp(argv[1], "produce") == 0) {
        char *end;
        uint64_t capacity = strtoull(argv[3], &end, 10);

        name = argv[2];
        me = PRODUCER;
        other = CONSUMER;
        if (*end == '\0' && capacity > 0 && capacity < UINT32_MAX)
            return produce(capacity);
    }
    if (argc == 3 && strcmp(argv[1], "consume") == 0) {
        name = argv[2];
        me = CONSUMER;
        other = PRODUCER;
        return consume();
    }
    fputs("usage: ring produce NAME CAPACITY | ring consume NAME\n", stderr);
    return 2;
}
