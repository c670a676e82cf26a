/* ring produce NAME CAPACITY: sends the lines of its standard input through shared memory.
 * ring consume NAME: writes them to its standard output.
 *
 * This starter moves bytes through a ring, if nothing gets in its way: follow the TODOs.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct ring {
    _Atomic uint64_t written;       /* Bytes put in so far. */
    _Atomic uint64_t read;          /* Bytes taken out so far. */
    _Atomic uint32_t is_closed;     /* No more will come. */
    char bytes[];
};

static struct ring *ring;
static uint64_t capacity;

static void map(const char *name, int flags, off_t size)
{
    struct stat status;
    /* TODO: what if the other one comes later? And what if it is making the object right now? */
    int fd = shm_open(name, O_RDWR | flags, 0600);

    if (fd == -1 || (size > 0 && ftruncate(fd, size) == -1) || fstat(fd, &status) == -1) {
        perror(name);
        exit(1);
    }
    capacity = (uint64_t)status.st_size - sizeof *ring;
    ring = mmap(NULL, (size_t)status.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (ring == MAP_FAILED) {
        perror(name);
        exit(1);
    }
}

static void wait_a_little(void)
{
    /* TODO: who could wake us, so that we need not look a thousand times a second?
     * TODO: the other one may be dead. */
    usleep(1000);
}

static void put(const char *bytes, size_t size)
{
    while (size > 0) {
        uint64_t written = ring->written, room = capacity - (written - ring->read);
        uint64_t until_end = capacity - written % capacity;
        size_t now = size < room ? size : room;

        now = now < until_end ? now : until_end;
        if (now == 0) {
            wait_a_little();
            continue;
        }
        memcpy(ring->bytes + written % capacity, bytes, now);
        ring->written = written + now;
        bytes += now;
        size -= now;
    }
}

static int produce(void)
{
    static char chunk[65536];
    char last = '\n';
    ssize_t got;

    while ((got = read(STDIN_FILENO, chunk, sizeof chunk)) > 0) {
        put(chunk, (size_t)got);
        last = chunk[got - 1];
    }
    if (last != '\n')
        put("\n", 1);
    ring->is_closed = 1;
    while (ring->read != ring->written)
        wait_a_little();
    return 0;
}

static int consume(const char *name)
{
    for (;;) {
        uint32_t is_closed = ring->is_closed;
        uint64_t read = ring->read, there = ring->written - read;
        uint64_t until_end = capacity - read % capacity;
        size_t now = there < until_end ? there : until_end;

        if (now == 0 && is_closed)
            break;
        if (now == 0) {
            wait_a_little();
            continue;
        }
        /* TODO: is this whole lines? */
        if (fwrite(ring->bytes + read % capacity, 1, now, stdout) != now || fflush(stdout) != 0)
            return 1;
        ring->read = read + now;
    }
    shm_unlink(name);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 4 && strcmp(argv[1], "produce") == 0) {
        map(argv[2], O_CREAT, (off_t)sizeof *ring + atol(argv[3]));
        return produce();
    }
    if (argc == 3 && strcmp(argv[1], "consume") == 0) {
        map(argv[2], 0, 0);
        return consume(argv[2]);
    }
    fputs("usage: ring produce NAME CAPACITY | ring consume NAME\n", stderr);
    return 2;
}
