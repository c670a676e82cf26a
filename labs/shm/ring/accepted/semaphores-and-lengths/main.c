/* ring produce NAME CAPACITY, ring consume NAME.
 *
 * Another right way: each line is a message with its length, whole or not there. Two semaphores in
 * the object are the bells; whoever sleeps on one gets up four times a second to see whether the other
 * one, whose pid is in the head, is alive. The object has another name until it is complete.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct head {
    _Atomic uint64_t written, read;
    _Atomic int is_closed;
    _Atomic pid_t producer, consumer;
    sem_t lines, room;
    uint64_t size;
    unsigned char bytes[];
};

static struct head *ring;
static char name[256], made[300];
static int is_other_dead;

static _Noreturn void give_up(const char *why)
{
    fprintf(stderr, "%s: %s\n", name, why);
    shm_unlink(name);
    shm_unlink(made);
    exit(1);
}

static void check(_Atomic pid_t *other)
{
    static int looks;
    pid_t pid = atomic_load(other);

    /* Who has not come after half a minute does not come. */
    if (pid == 0 ? ++looks > 120 : kill(pid, 0) == -1 && errno == ESRCH)
        is_other_dead = 1;
}

/* Called by who has looked since the other one was found to be dead. */
static void expect_life(void)
{
    if (is_other_dead)
        give_up("the other one is dead");
}

static void await(sem_t *bell, _Atomic pid_t *other)
{
    struct timespec until;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += 250000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_nsec -= 1000000000;
        until.tv_sec++;
    }
    if (sem_timedwait(bell, &until) == -1 && errno == ETIMEDOUT)
        check(other);
}

/* A bell that has rung many times is heard once. */
static void ring_bell(sem_t *bell)
{
    int value;

    if (sem_getvalue(bell, &value) == 0 && value < 2)
        sem_post(bell);
}

static void copy(uint64_t at, void *bytes, size_t size, int in)
{
    for (size_t done = 0; done < size;) {
        size_t start = (at + done) % ring->size;
        size_t part = size - done < ring->size - start ? size - done : ring->size - start;

        if (in)
            memcpy(ring->bytes + start, (char *)bytes + done, part);
        else
            memcpy((char *)bytes + done, ring->bytes + start, part);
        done += part;
    }
}

static void put(char *line, uint32_t size)
{
    uint64_t written = ring->written;

    while (written + sizeof size + size - atomic_load(&ring->read) > ring->size) {
        expect_life();
        await(&ring->room, &ring->consumer);
    }
    copy(written, &size, sizeof size, 1);
    copy(written + sizeof size, line, size, 1);
    atomic_store(&ring->written, written + sizeof size + size);
    ring_bell(&ring->lines);
}

static void await_input(void)
{
    struct pollfd input = { .fd = 0, .events = POLLIN };

    while (poll(&input, 1, 250) == 0) {
        check(&ring->consumer);
        expect_life();
    }
}

static int produce(uint64_t capacity)
{
    snprintf(made, sizeof made, "%s.%d", name, (int)getpid());
    int fd = shm_open(made, O_RDWR | O_CREAT | O_EXCL, 0600);
    size_t size = sizeof *ring + capacity + 64;

    if (fd == -1 || ftruncate(fd, (off_t)size) == -1)
        give_up(strerror(errno));
    ring = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (ring == MAP_FAILED)
        give_up(strerror(errno));
    ring->size = capacity + 64;
    ring->producer = getpid();
    sem_init(&ring->lines, 1, 0);
    sem_init(&ring->room, 1, 0);
    char from[400], to[400];
    snprintf(from, sizeof from, "/dev/shm%s", made);
    snprintf(to, sizeof to, "/dev/shm%s", name);
    if (rename(from, to) == -1)
        give_up(strerror(errno));

    char *text = NULL;
    size_t kept = 0, room = 0;
    ssize_t got;
    do {
        if (room - kept < 65536)
            text = realloc(text, room = kept + 131072);
        await_input();
        got = read(0, text + kept, 65536);
        if (got == -1)
            give_up(strerror(errno));
        kept += (size_t)got;
        char *start = text, *end;
        while ((end = memchr(start, '\n', kept - (size_t)(start - text)))) {
            put(start, (uint32_t)(end - start));
            start = end + 1;
        }
        kept -= (size_t)(start - text);
        memmove(text, start, kept);
    } while (got > 0);
    if (kept > 0)
        put(text, (uint32_t)kept);
    atomic_store(&ring->is_closed, 1);
    ring_bell(&ring->lines);
    while (atomic_load(&ring->read) != ring->written) {
        expect_life();
        await(&ring->room, &ring->consumer);
    }
    return 0;
}

static int consume(void)
{
    int fd;

    for (int looks = 0; (fd = shm_open(name, O_RDWR, 0)) == -1; looks++) {
        if (looks == 1000)
            give_up("nobody has come");
        usleep(30000);
    }
    struct stat status;
    if (fstat(fd, &status) == -1)
        give_up(strerror(errno));
    ring = mmap(NULL, (size_t)status.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (ring == MAP_FAILED)
        give_up(strerror(errno));
    ring->consumer = getpid();
    char *line = malloc(ring->size + 1);
    for (;;) {
        int is_closed = atomic_load(&ring->is_closed), was_dead = is_other_dead;
        uint64_t read = ring->read;
        uint32_t size;

        if (atomic_load(&ring->written) == read) {
            if (fflush(stdout) != 0)
                give_up("cannot write");
            if (is_closed)
                break;
            if (was_dead)
                expect_life();
            await(&ring->lines, &ring->producer);
            continue;
        }
        copy(read, &size, sizeof size, 0);
        copy(read + sizeof size, line, size, 0);
        line[size] = '\n';
        atomic_store(&ring->read, read + sizeof size + size);
        ring_bell(&ring->room);
        if (fwrite(line, 1, size + 1, stdout) != size + 1)
            give_up("cannot write");
    }
    shm_unlink(name);
    return 0;
}

int main(int argc, char **argv)
{
    snprintf(name, sizeof name, "%s", argc > 2 ? argv[2] : "");
    return strcmp(argv[1], "produce") == 0 ? produce(strtoull(argv[3], NULL, 10)) : consume();
}
