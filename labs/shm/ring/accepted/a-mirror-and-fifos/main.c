/* ring produce NAME CAPACITY, ring consume NAME.
 *
 * Another right way: the bytes are mapped twice, one copy right behind the other, so that the ring has
 * no end. Two FIFOs are the bells, and the lives: a FIFO whose other end is closed says so. Each side
 * sleeps in poll only. The names are removed as soon as both have what they name.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEAD 4096

struct head {
    _Atomic uint64_t written, read;
    _Atomic int is_closed;
    uint64_t capacity;
};

static struct head *head;
static char *bytes;
static uint64_t size;
static char name[256], there[300], back[300];
static int hear, tell, has_other = 1;

static void remove_names(void)
{
    shm_unlink(name);
    unlink(there);
    unlink(back);
}

static _Noreturn void give_up(const char *why)
{
    fprintf(stderr, "%s: %s\n", name, why);
    remove_names();
    _exit(1);
}

static void ring_bell(void)
{
    /* A full FIFO has rung often enough. */
    if (write(tell, "!", 1) == -1 && errno == EPIPE)
        has_other = 0;
}

/* Sleeps until the bell rings or there is input. */
static int wait_for(int input)
{
    struct pollfd fds[2] = { { .fd = hear, .events = POLLIN }, { .fd = input, .events = POLLIN } };
    char heard[4096];

    if (!has_other)
        fds[0].fd = -1;
    poll(fds, 2, -1);
    if (fds[0].revents && read(hear, heard, sizeof heard) == 0)
        has_other = 0;
    return fds[1].revents != 0;
}

static void map(int fd)
{
    size = head->capacity;
    /* Both at once, or somebody else gets the place behind the first. */
    bytes = mmap(NULL, 2 * size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (int half = 0; half < 2; half++)
        if (mmap(bytes + half * size, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, HEAD)
            == MAP_FAILED)
            give_up(strerror(errno));
}

static void put(const char *from, uint64_t count)
{
    while (count > 0) {
        uint64_t written = head->written, room = size - (written - atomic_load(&head->read));
        uint64_t now = count < room ? count : room;

        if (now == 0) {
            if (!has_other)
                give_up("the consumer is gone");
            wait_for(-1);
            continue;
        }
        memcpy(bytes + written % size, from, now);
        atomic_store(&head->written, written + now);
        ring_bell();
        from += now;
        count -= now;
    }
}

static int produce(uint64_t capacity)
{
    char made[300], from[400], to[400], chunk[65536], last = '\n';

    if (mkfifo(there, 0600) == -1 && errno != EEXIST)
        give_up(strerror(errno));
    if (mkfifo(back, 0600) == -1 && errno != EEXIST)
        give_up(strerror(errno));
    snprintf(made, sizeof made, "%s.made", name);
    int fd = shm_open(made, O_RDWR | O_CREAT | O_TRUNC, 0600);
    capacity = (capacity + 4095) / 4096 * 4096;
    if (fd == -1 || ftruncate(fd, (off_t)(HEAD + capacity)) == -1)
        give_up(strerror(errno));
    head = mmap(NULL, HEAD, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (head == MAP_FAILED)
        give_up(strerror(errno));
    head->capacity = capacity;
    map(fd);
    snprintf(from, sizeof from, "/dev/shm%s", made);
    snprintf(to, sizeof to, "/dev/shm%s", name);
    if (rename(from, to) == -1)
        give_up(strerror(errno));
    /* Each open waits for the other end. */
    tell = open(there, O_WRONLY);
    hear = open(back, O_RDONLY);
    if (tell == -1 || hear == -1)
        give_up(strerror(errno));
    remove_names();
    fcntl(tell, F_SETFL, O_NONBLOCK);
    for (;;) {
        int is_ready = wait_for(0);

        if (!has_other)
            give_up("the consumer is gone");
        if (!is_ready)
            continue;
        ssize_t got = read(0, chunk, sizeof chunk);
        if (got <= 0)
            break;
        put(chunk, (uint64_t)got);
        last = chunk[got - 1];
    }
    if (last != '\n')
        put("\n", 1);
    atomic_store(&head->is_closed, 1);
    ring_bell();
    while (atomic_load(&head->read) != head->written) {
        if (!has_other)
            give_up("the consumer is gone");
        wait_for(-1);
    }
    return 0;
}

static int consume(void)
{
    int fd;

    for (int looks = 0; (fd = shm_open(name, O_RDWR, 0)) == -1; looks++) {
        if (looks == 1500)
            give_up("nobody has come");
        usleep(20000);
    }
    head = mmap(NULL, HEAD, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (head == MAP_FAILED)
        give_up(strerror(errno));
    map(fd);
    hear = open(there, O_RDONLY);
    tell = open(back, O_WRONLY);
    if (tell == -1 || hear == -1)
        give_up(strerror(errno));
    fcntl(tell, F_SETFL, O_NONBLOCK);
    char *lines = malloc(8 * size + 65536);
    uint64_t kept = 0;
    for (;;) {
        int is_over = atomic_load(&head->is_closed) || !has_other;
        uint64_t read = head->read, count = atomic_load(&head->written) - read;

        if (count == 0 && is_over)
            break;
        if (count == 0) {
            wait_for(-1);
            continue;
        }
        memcpy(lines + kept, bytes + read % size, count);
        atomic_store(&head->read, read + count);
        ring_bell();
        kept += count;
        char *end = memrchr(lines, '\n', kept);
        if (end) {
            uint64_t whole = (uint64_t)(end + 1 - lines);
            for (uint64_t at = 0; at < whole;) {
                ssize_t done = write(1, lines + at, whole - at);
                if (done == -1)
                    give_up(strerror(errno));
                at += (uint64_t)done;
            }
            memmove(lines, lines + whole, kept -= whole);
        }
    }
    if (!head->is_closed)
        give_up("the producer is gone");
    remove_names();
    return 0;
}

int main(int argc, char **argv)
{
    snprintf(name, sizeof name, "%s", argc > 2 ? argv[2] : "");
    snprintf(there, sizeof there, "/dev/shm%s.there", name);
    snprintf(back, sizeof back, "/dev/shm%s.back", name);
    /* EPIPE says it as well. */
    sigaction(SIGPIPE, &(struct sigaction){ .sa_handler = SIG_IGN }, NULL);
    return strcmp(argv[1], "produce") == 0 ? produce(strtoull(argv[3], NULL, 10)) : consume();
}
