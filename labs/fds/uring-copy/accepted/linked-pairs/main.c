/* A read and a write for each block, linked: the write waits for the read, and is cancelled if
 * that is short. What a pair has not done is done by another pair, of the rest. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <liburing.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BLOCKS = 4, BLOCK = 4 << 20 };

struct block {
    char *bytes;
    off_t at;
    size_t want;                /* of this block, as far as there is something */
    int read, written;          /* what came of the two */
};

static struct io_uring ring;
static struct block blocks[BLOCKS];

static void pair(int in, int out, struct block *b)
{
    struct io_uring_sqe *sqe = io_uring_get_sqe(&ring);

    io_uring_prep_read(sqe, in, b->bytes, b->want, b->at);
    io_uring_sqe_set_flags(sqe, IOSQE_IO_LINK);
    io_uring_sqe_set_data(sqe, &b->read);
    sqe = io_uring_get_sqe(&ring);
    io_uring_prep_write(sqe, out, b->bytes, b->want, b->at);
    io_uring_sqe_set_data(sqe, &b->written);
}

/* Waits for so many completions, and puts each result where it belongs. */
static int reap(unsigned count)
{
    struct io_uring_cqe *cqe;
    int result = io_uring_submit_and_wait(&ring, count);

    if (result < 0)
        return -result;
    for (; count > 0; count--) {
        if ((result = io_uring_wait_cqe(&ring, &cqe)) < 0)
            return -result;
        *(int *)io_uring_cqe_get_data(cqe) = cqe->res;
        io_uring_cqe_seen(&ring, cqe);
    }
    return 0;
}

/* Finishes what the pair has left of a block; says in `want` how long the block is. */
static int finish(int in, int out, struct block *b)
{
    size_t len = b->want, done = 0;
    int error;

    for (;;) {
        if (b->read < 0)
            return -b->read;
        if (b->written < 0 && b->written != -ECANCELED)
            return -b->written;
        if (b->read == 0) {
            b->want = done;
            return 0;
        }
        if (b->written >= 0)
            done += b->written;
        if (done == len) {
            b->want = len;
            return 0;
        }
        /* As much as was read, if the read was short: then both are whole, or fail. */
        b->at += b->written > 0 ? b->written : 0;
        b->want = b->written >= 0 ? len - done : (size_t)b->read;
        pair(in, out, b);
        if ((error = reap(2)))
            return error;
    }
}

static int copy(int in, int out)
{
    off_t end = -1;
    int error;

    for (off_t at = 0; end == -1; at += (off_t)BLOCKS * BLOCK) {
        for (unsigned i = 0; i < BLOCKS; i++) {
            blocks[i] = (struct block){blocks[i].bytes, at + (off_t)i * BLOCK, BLOCK, 0, 0};
            pair(in, out, &blocks[i]);
        }
        if ((error = reap(2 * BLOCKS)))
            return error;
        for (unsigned i = 0; i < BLOCKS; i++) {
            if ((error = finish(in, out, &blocks[i])))
                return error;
            if (blocks[i].want < BLOCK && end == -1)
                end = at + (off_t)i * BLOCK + blocks[i].want;
        }
    }
    return ftruncate(out, end) == -1 ? errno : 0;
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
    if ((error = io_uring_queue_init(2 * BLOCKS, &ring, 0)) < 0) {
        complain("no io_uring", -error);
        return 3;
    }
    for (unsigned i = 0; i < BLOCKS; i++)
        blocks[i].bytes = malloc(BLOCK);
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
