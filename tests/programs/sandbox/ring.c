/* What a hostile submission tries through an io_uring, where no filter sees it.
 *
 * Built and run by tests/it/sandbox/rings.rs, inside the sandbox only. The argument is the name of
 * an abstract socket outside. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

static int ring;
static struct io_uring_sqe *entries;
static struct io_uring_cqe *done;
static unsigned *numbers, sq_mask, cq_mask;
static _Atomic unsigned *sq_tail, *cq_head, *cq_tail;

static int set_up(void)
{
    struct io_uring_params p = {0};
    int prot = PROT_READ | PROT_WRITE;

    if ((ring = (int)syscall(SYS_io_uring_setup, 1, &p)) < 0)
        return -1;
    size_t sq = p.sq_off.array + p.sq_entries * sizeof(unsigned);
    size_t cq = p.cq_off.cqes + p.cq_entries * sizeof(struct io_uring_cqe);
    char *rings = mmap(NULL, sq > cq ? sq : cq, prot, MAP_SHARED, ring, IORING_OFF_SQ_RING);
    entries = mmap(NULL, p.sq_entries * sizeof *entries, prot, MAP_SHARED, ring, IORING_OFF_SQES);
    if (rings == MAP_FAILED || entries == MAP_FAILED)
        return -1;
    numbers = (unsigned *)(rings + p.sq_off.array);
    sq_mask = *(unsigned *)(rings + p.sq_off.ring_mask);
    sq_tail = (_Atomic unsigned *)(rings + p.sq_off.tail);
    done = (struct io_uring_cqe *)(rings + p.cq_off.cqes);
    cq_mask = *(unsigned *)(rings + p.cq_off.ring_mask);
    cq_head = (_Atomic unsigned *)(rings + p.cq_off.head);
    cq_tail = (_Atomic unsigned *)(rings + p.cq_off.tail);
    return 0;
}

/* Has one operation done: its result. */
static int one(struct io_uring_sqe operation)
{
    unsigned tail = *sq_tail, at = tail & sq_mask;

    entries[at] = operation;
    numbers[at] = at;
    atomic_store(sq_tail, tail + 1);
    while (*cq_head == *cq_tail)
        if (syscall(SYS_io_uring_enter, ring, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) < 0
            && errno != EINTR)
            return -errno;
    int result = done[*cq_head & cq_mask].res;
    atomic_fetch_add(cq_head, 1);
    return result;
}

static void say(const char *what, int result)
{
    printf("%s: %s\n", what, result < 0 ? strerrorname_np(-result) : "ok");
    fflush(stdout);
}

static int open_by_ring(const char *path, int flags)
{
    return one((struct io_uring_sqe){.opcode = IORING_OP_OPENAT, .fd = AT_FDCWD,
        .addr = (unsigned long)path, .len = 0600, .open_flags = flags});
}

static int socket_by_ring(int family, int type)
{
    return one((struct io_uring_sqe){.opcode = IORING_OP_SOCKET, .fd = family, .off = type});
}

static int connect_by_ring(int fd, const void *address, socklen_t length)
{
    return one((struct io_uring_sqe){.opcode = IORING_OP_CONNECT, .fd = fd,
        .addr = (unsigned long)address, .off = length});
}

int main(int argc, char **argv)
{
    if (set_up() == -1) {
        printf("ring: %s\n", strerrorname_np(errno));
        return 0;
    }
    puts("ring: ok");
    const char *paths[] = {"/root", "/home", "/etc/shadow", "/proc/1/environ", "/proc/1/root/etc",
        "/proc/self/root/../etc/shadow", "/dev/sda", "/dev/vda", "/dev/mem"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        say(paths[i], open_by_ring(paths[i], O_RDONLY));
    const char *targets[] = {"/x", "/usr/x", "/etc/passwd", "/submission/x"};
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++)
        say(targets[i], open_by_ring(targets[i], O_WRONLY | O_CREAT));

    struct sockaddr_in far = {.sin_family = AF_INET, .sin_port = htons(53)};
    inet_pton(AF_INET, "8.8.8.8", &far.sin_addr);
    say("tcp out", connect_by_ring(socket_by_ring(AF_INET, SOCK_STREAM), &far, sizeof far));
    struct sockaddr_un host = {.sun_family = AF_UNIX};
    strcpy(host.sun_path + 1, argc > 1 ? argv[1] : "");
    socklen_t length = offsetof(struct sockaddr_un, sun_path) + 1 + strlen(host.sun_path + 1);
    say("abstract socket", connect_by_ring(socket_by_ring(AF_UNIX, SOCK_STREAM), &host, length));
    say("packet", socket_by_ring(AF_PACKET, SOCK_RAW));
    return 0;
}
