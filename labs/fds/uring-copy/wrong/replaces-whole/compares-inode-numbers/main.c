/* A uring-copy that takes DST for SRC if only their inode numbers are the same. */
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

enum { SLOTS = 8, BLOCK = 2 << 20 };
enum { EXIT_NO_RING = 3 };

struct slot {
    char *bytes;
    off_t at;                   /* where in the file the block begins */
    size_t len;                 /* bytes in it, as far as they have been read */
    size_t written;
    bool is_writing;
    bool is_busy;
};

struct copy {
    struct io_uring ring;
    int in, out;
    struct slot slots[SLOTS];
    unsigned in_flight;
    off_t size;                 /* a hint */
    off_t next;                 /* where the next block to be read begins */
    off_t end;                  /* where SRC ends, as reads have found; -1: not yet found */
    off_t reach;                /* the end of what has been written */
    int error;                  /* the first one */
};

/* Puts what the slot needs next into the ring. */
static void submit(struct copy *c, struct slot *s)
{
    struct io_uring_sqe *sqe = io_uring_get_sqe(&c->ring);

    if (s->is_writing)
        io_uring_prep_write(sqe, c->out, s->bytes + s->written, s->len - s->written,
                            s->at + s->written);
    else
        io_uring_prep_read(sqe, c->in, s->bytes + s->len, BLOCK - s->len, s->at + s->len);
    io_uring_sqe_set_data(sqe, s);
    s->is_busy = true;
    c->in_flight++;
}

/* What came of a read: whether the slot has something left to ask for. */
static bool has_read(struct copy *c, struct slot *s, int result)
{
    if (result == 0) {
        off_t end = s->at + s->len;
        if (c->end == -1 || end < c->end)
            c->end = end;
    }
    s->len += result;
    s->is_writing = result == 0 || s->len == BLOCK;
    s->written = 0;
    return !s->is_writing || s->len > 0;
}

/* The same of a write. */
static bool has_written(struct copy *c, struct slot *s, int result)
{
    s->written += result;
    if (s->at + (off_t)s->written > c->reach)
        c->reach = s->at + s->written;
    return s->written < s->len;
}

static void complete(struct copy *c, struct slot *s, int result)
{
    bool is_retry = result == -EINTR || result == -EAGAIN;

    s->is_busy = false;
    c->in_flight--;
    if (s->is_writing && result == 0)
        result = -ENOSPC;
    if (result < 0 && !is_retry) {
        if (!c->error)
            c->error = -result;
        return;
    }
    bool has_more = is_retry
        || (s->is_writing ? has_written(c, s, result) : has_read(c, s, result));
    if (has_more && !c->error)
        submit(c, s);
}

/* Gives every idle slot a block to read, as long as there may be one. */
static void begin_blocks(struct copy *c)
{
    for (struct slot *s = c->slots; s < c->slots + SLOTS; s++) {
        /* Behind the size of the beginning is something only if SRC has grown: one read tells. */
        bool is_due = c->next < c->size || c->in_flight == 0;
        if (s->is_busy || c->error || c->end != -1 || !is_due)
            continue;
        *s = (struct slot){.bytes = s->bytes, .at = c->next};
        c->next += BLOCK;
        submit(c, s);
    }
}

/* Copies everything; 0 or an errno. In the end nothing is in flight, whatever happened. */
static int copy(struct copy *c)
{
    c->end = -1;
    for (struct slot *s = c->slots; s < c->slots + SLOTS; s++)
        if (!(s->bytes = malloc(BLOCK)))
            return ENOMEM;
    for (begin_blocks(c); c->in_flight > 0; begin_blocks(c)) {
        struct io_uring_cqe *cqe;
        int submitted = io_uring_submit_and_wait(&c->ring, (c->in_flight + 1) / 2);
        if (submitted < 0 && submitted != -EINTR && submitted != -EAGAIN && submitted != -EBUSY)
            return -submitted;
        while (io_uring_peek_cqe(&c->ring, &cqe) == 0) {
            struct slot *s = io_uring_cqe_get_data(cqe);
            int result = cqe->res;
            io_uring_cqe_seen(&c->ring, cqe);
            complete(c, s, result);
        }
    }
    if (!c->error && c->reach > c->end && ftruncate(c->out, c->end) == -1)
        c->error = errno;
    return c->error;
}

static int complain(const char *what, int error)
{
    fprintf(stderr, "uring-copy: %s: %s\n", what, strerror(error));
    return EXIT_FAILURE;
}

/* Opens a new file beside `dst`; its name is to be freed. */
static int open_beside(const char *dst, char **name)
{
    if (asprintf(name, "%s.XXXXXX", dst) == -1)
        return -1;
    return mkostemp(*name, O_CLOEXEC);
}

static int run(struct copy *c, const char *src, const char *dst)
{
    struct stat from, to;
    char *beside = NULL;
    int error;

    if ((c->in = open(src, O_RDONLY | O_CLOEXEC)) == -1 || fstat(c->in, &from) == -1)
        return complain(src, errno);
    if (!S_ISREG(from.st_mode))
        return complain(src, S_ISDIR(from.st_mode) ? EISDIR : EINVAL);
    if (stat(dst, &to) == 0 && to.st_ino == from.st_ino) {
        fprintf(stderr, "uring-copy: %s and %s are the same file\n", src, dst);
        return EXIT_FAILURE;
    }
    if ((c->out = open_beside(dst, &beside)) == -1)
        return complain(dst, errno);
    c->size = from.st_size;
    error = copy(c);
    if (!error && fchmod(c->out, from.st_mode & 0777) == -1)
        error = errno;
    if (close(c->out) == -1 && !error)
        error = errno;
    if (!error && rename(beside, dst) == -1)
        error = errno;
    if (error)
        unlink(beside);
    free(beside);
    return error ? complain(dst, error) : EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    static struct copy c;
    int result;

    if (argc != 3) {
        fprintf(stderr, "usage: uring-copy SRC DST\n");
        return 2;
    }
    if ((result = io_uring_queue_init(SLOTS, &c.ring, 0)) < 0) {
        complain("io_uring is not to be had here", -result);
        return EXIT_NO_RING;
    }
    return run(&c, argv[1], argv[2]);
}
