/* No bytes in its own memory: from the file into a pipe, from the pipe into the file, both through
 * the ring, with a pipe for each block. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <liburing.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIPES = 8, BLOCK = 1 << 20 };

struct block {
    int pipe[2];
    off_t at;
    size_t in, out;             /* bytes that went into the pipe, and out of it */
};

static struct io_uring ring;
static struct block blocks[PIPES];

/* Moves what all blocks have into their pipes, or out of them; 0 or an errno. */
static int move(int fd, bool is_out, size_t room)
{
    struct io_uring_cqe *cqe;
    unsigned in_flight = 0;
    int error = 0;

    for (;;) {
        for (struct block *b = blocks; b < blocks + PIPES && !error; b++) {
            size_t left = is_out ? b->in - b->out : room;
            struct io_uring_sqe *sqe;
            if (left == 0)
                continue;
            sqe = io_uring_get_sqe(&ring);
            if (is_out)
                io_uring_prep_splice(sqe, b->pipe[0], -1, fd, b->at + b->out, left, 0);
            else
                io_uring_prep_splice(sqe, fd, b->at, b->pipe[1], -1, left, 0);
            io_uring_sqe_set_data(sqe, b);
            in_flight++;
        }
        if (in_flight == 0)
            return error;
        if (io_uring_submit_and_wait(&ring, in_flight) < 0)
            return EIO;
        for (; in_flight > 0; in_flight--) {
            if (io_uring_wait_cqe(&ring, &cqe) < 0)
                return EIO;
            struct block *b = io_uring_cqe_get_data(cqe);
            int result = cqe->res;
            io_uring_cqe_seen(&ring, cqe);
            if (result < 0)
                error = -result;
            else if (is_out)
                b->out += result;
            else
                b->in = result;
            if (is_out && result == 0)
                error = ENOSPC;
        }
        if (!is_out)
            return error;
    }
}

/* A splice may be short without the file being at its end: the next one begins where the first
 * block that is not full ended, and what came behind that is left in the pipes, which are new. */
static int copy(int in, int out)
{
    size_t room = BLOCK;
    int error;

    for (off_t at = 0;;) {
        bool is_gap = false;
        for (unsigned i = 0; i < PIPES; i++) {
            blocks[i] = (struct block){.at = at + (off_t)(i * room)};
            if (pipe2(blocks[i].pipe, O_CLOEXEC) == -1)
                return errno;
            int has = fcntl(blocks[i].pipe[0], F_SETPIPE_SZ, BLOCK);
            if (has == -1)
                has = fcntl(blocks[i].pipe[0], F_GETPIPE_SZ);
            if ((size_t)has < room)
                room = has;
        }
        if ((error = move(in, false, room)))
            return error;
        off_t begin = at;
        for (unsigned i = 0; i < PIPES; i++) {
            is_gap = is_gap || blocks[i].at != at;
            if (is_gap)
                blocks[i].in = 0;
            at += blocks[i].in;
        }
        if (at == begin)
            return 0;
        if ((error = move(out, true, 0)))
            return error;
        for (unsigned i = 0; i < PIPES; i++) {
            close(blocks[i].pipe[0]);
            close(blocks[i].pipe[1]);
        }
    }
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
    if ((error = io_uring_queue_init(PIPES, &ring, 0)) < 0) {
        complain("no io_uring", -error);
        return 3;
    }
    in = open(argv[1], O_RDONLY | O_CLOEXEC);
    if (in == -1 || fstat(in, &from) == -1)
        return complain(argv[1], errno);
    if (!S_ISREG(from.st_mode))
        return complain(argv[1], EINVAL);
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
