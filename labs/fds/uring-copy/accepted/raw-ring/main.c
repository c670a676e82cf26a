/* Without a library: three system calls, two mappings, and indices that are read and written in
 * the right order. Blocks are read in a batch, and written in a batch. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { BLOCKS = 8, BLOCK = 1 << 20 };

static struct ring {
    int fd;
    struct io_uring_sqe *entries;
    unsigned *numbers, sq_mask, cq_mask;
    struct io_uring_cqe *done;
    _Atomic unsigned *sq_tail, *cq_head, *cq_tail;
} ring;

static char *bytes[BLOCKS];
static size_t len[BLOCKS], moved[BLOCKS];

static int set_up(void)
{
    struct io_uring_params p = {0};
    int prot = PROT_READ | PROT_WRITE;
    size_t sq, cq;
    char *rings;

    if ((ring.fd = (int)syscall(SYS_io_uring_setup, BLOCKS, &p)) == -1)
        return errno;
    sq = p.sq_off.array + p.sq_entries * sizeof(unsigned);
    cq = p.cq_off.cqes + p.cq_entries * sizeof(struct io_uring_cqe);
    rings = mmap(NULL, sq > cq ? sq : cq, prot, MAP_SHARED, ring.fd, IORING_OFF_SQ_RING);
    ring.entries = mmap(NULL, p.sq_entries * sizeof(struct io_uring_sqe), prot, MAP_SHARED,
                        ring.fd, IORING_OFF_SQES);
    if (rings == MAP_FAILED || ring.entries == MAP_FAILED)
        return errno;
    ring.numbers = (unsigned *)(rings + p.sq_off.array);
    ring.sq_mask = *(unsigned *)(rings + p.sq_off.ring_mask);
    ring.sq_tail = (_Atomic unsigned *)(rings + p.sq_off.tail);
    ring.done = (struct io_uring_cqe *)(rings + p.cq_off.cqes);
    ring.cq_mask = *(unsigned *)(rings + p.cq_off.ring_mask);
    ring.cq_head = (_Atomic unsigned *)(rings + p.cq_off.head);
    ring.cq_tail = (_Atomic unsigned *)(rings + p.cq_off.tail);
    return 0;
}

static void ask(int opcode, int fd, unsigned block, off_t at)
{
    unsigned tail = atomic_load_explicit(ring.sq_tail, memory_order_relaxed);
    unsigned number = tail & ring.sq_mask;

    ring.entries[number] = (struct io_uring_sqe){
        .opcode = opcode,
        .fd = fd,
        .addr = (unsigned long)(bytes[block] + moved[block]),
        .len = len[block] - moved[block],
        .off = at + moved[block],
        .user_data = block,
    };
    ring.numbers[number] = number;
    atomic_store_explicit(ring.sq_tail, tail + 1, memory_order_release);
}

/* Reads or writes the first `count` blocks, which begin at `at` in the file; 0 or an errno. */
static int transfer(int opcode, int fd, unsigned count, off_t at)
{
    unsigned asked = 0, in_flight = 0;
    int error = 0;

    for (unsigned i = 0; i < count; i++)
        if (len[i] > 0) {
            ask(opcode, fd, i, at + (off_t)i * BLOCK);
            asked++;
        }
    while (asked + in_flight > 0) {
        long taken = syscall(SYS_io_uring_enter, ring.fd, asked, asked + in_flight,
                             IORING_ENTER_GETEVENTS, NULL, 0);
        if (taken == -1 && errno != EINTR)
            return errno;
        if (taken > 0) {
            asked -= taken;
            in_flight += taken;
        }
        unsigned head = atomic_load_explicit(ring.cq_head, memory_order_relaxed);
        for (; head != atomic_load_explicit(ring.cq_tail, memory_order_acquire); head++) {
            struct io_uring_cqe done = ring.done[head & ring.cq_mask];
            unsigned i = done.user_data;
            in_flight--;
            if (done.res < 0)
                error = -done.res;
            else if (done.res == 0 && opcode == IORING_OP_WRITE)
                error = ENOSPC;
            else
                moved[i] += done.res;
            if (done.res > 0 && moved[i] < len[i] && !error) {
                ask(opcode, fd, i, at + (off_t)i * BLOCK);
                asked++;
            }
        }
        atomic_store_explicit(ring.cq_head, head, memory_order_release);
    }
    return error;
}

static int copy(int in, int out)
{
    bool is_over = false;
    int error;

    for (off_t at = 0; !is_over; at += (off_t)BLOCKS * BLOCK) {
        unsigned count = 0;
        for (unsigned i = 0; i < BLOCKS; i++)
            len[i] = BLOCK, moved[i] = 0;
        if ((error = transfer(IORING_OP_READ, in, BLOCKS, at)))
            return error;
        for (; count < BLOCKS && !is_over; count++) {
            is_over = moved[count] < BLOCK;
            len[count] = moved[count];
            moved[count] = 0;
        }
        if ((error = transfer(IORING_OP_WRITE, out, count, at)))
            return error;
    }
    return 0;
}

static int complain(const char *what, int error)
{
    fprintf(stderr, "uring-copy: %s: %s\n", what, strerror(error));
    return 1;
}

int main(int argc, char **argv)
{
    struct stat from, to;
    int in, out, error;

    if (argc != 3)
        return 2;
    if ((error = set_up())) {
        complain("no io_uring", error);
        return 3;
    }
    for (unsigned i = 0; i < BLOCKS; i++)
        bytes[i] = malloc(BLOCK);
    in = open(argv[1], O_RDONLY | O_CLOEXEC);
    if (in == -1 || fstat(in, &from) == -1)
        return complain(argv[1], errno);
    if (stat(argv[2], &to) == 0 && to.st_dev == from.st_dev && to.st_ino == from.st_ino)
        return complain("SRC and DST are the same file", EEXIST);
    out = open(argv[2], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, from.st_mode & 0777);
    if (out == -1)
        return complain(argv[2], errno);
    if ((error = copy(in, out))) {
        unlink(argv[2]);
        return complain(argv[2], error);
    }
    return 0;
}
