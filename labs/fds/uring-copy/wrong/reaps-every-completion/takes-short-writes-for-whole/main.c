/* The mistake: a write that did not fail has written everything. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <liburing.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BLOCKS = 8, BLOCK = 1 << 20 };

struct block {
    char *bytes;
    off_t at;
    size_t len, done;
};

static struct io_uring ring;
static struct block blocks[BLOCKS];

static void ask(int fd, bool is_write, struct block *b)
{
    struct io_uring_sqe *sqe = io_uring_get_sqe(&ring);

    if (is_write)
        io_uring_prep_write(sqe, fd, b->bytes + b->done, b->len - b->done, b->at + b->done);
    else
        io_uring_prep_read(sqe, fd, b->bytes + b->done, b->len - b->done, b->at + b->done);
    io_uring_sqe_set_data(sqe, b);
}

/* Reads or writes all of these blocks, as far as there is something; 0 or an errno. */
static int transfer(int fd, bool is_write, unsigned count)
{
    struct io_uring_cqe *cqe;
    unsigned in_flight = 0;
    int error = 0;

    for (struct block *b = blocks; b < blocks + count; b++)
        if (b->len > 0) {
            ask(fd, is_write, b);
            in_flight++;
        }
    while (in_flight > 0) {
        int submitted = io_uring_submit_and_wait(&ring, in_flight);
        if (submitted < 0 && submitted != -EINTR)
            return -submitted;
        while (io_uring_peek_cqe(&ring, &cqe) == 0) {
            struct block *b = io_uring_cqe_get_data(cqe);
            int result = cqe->res;
            io_uring_cqe_seen(&ring, cqe);
            in_flight--;
            if (result < 0)
                error = -result;
            else if (result == 0 && is_write)
                error = ENOSPC;
            else
                b->done += result;
            if (result > 0 && !is_write && b->done < b->len && !error) {
                ask(fd, is_write, b);
                in_flight++;
            }
        }
    }
    return error;
}

/* 0 or an errno. */
static int copy(int in, int out)
{
    bool is_over = false;
    int error;

    for (off_t at = 0; !is_over; at += (off_t)BLOCKS * BLOCK) {
        unsigned count = 0;
        for (unsigned i = 0; i < BLOCKS; i++)
            blocks[i] = (struct block){blocks[i].bytes, at + (off_t)i * BLOCK, BLOCK, 0};
        if ((error = transfer(in, false, BLOCKS)))
            return error;
        /* What lies behind the first block that is not full was read before SRC got shorter. */
        for (; count < BLOCKS && !is_over; count++) {
            is_over = blocks[count].done < BLOCK;
            blocks[count].len = blocks[count].done;
            blocks[count].done = 0;
        }
        if ((error = transfer(out, true, count)))
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
    if ((error = io_uring_queue_init(BLOCKS, &ring, 0)) < 0) {
        complain("no io_uring", -error);
        return 3;
    }
    for (unsigned i = 0; i < BLOCKS; i++)
        blocks[i].bytes = malloc(BLOCK);
    in = open(argv[1], O_RDONLY | O_CLOEXEC);
    if (in == -1 || fstat(in, &from) == -1)
        return complain(argv[1], errno);
    if (S_ISDIR(from.st_mode))
        return complain(argv[1], EISDIR);
    if (stat(argv[2], &to) == 0 && to.st_dev == from.st_dev && to.st_ino == from.st_ino)
        return complain("SRC and DST are the same file", EEXIST);
    out = open(argv[2], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, from.st_mode & 0777);
    if (out == -1)
        return complain(argv[2], errno);
    error = copy(in, out);
    if (!error && fchmod(out, from.st_mode & 0777) == -1)
        error = errno;
    if (close(out) == -1 && !error)
        error = errno;
    if (error) {
        unlink(argv[2]);
        return complain(argv[2], error);
    }
    return 0;
}
