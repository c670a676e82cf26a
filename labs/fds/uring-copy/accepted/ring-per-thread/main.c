/* Four threads, each with a ring of its own and one operation at a time: four are in flight. The
 * copy is made in a file without a name, which gets one when it is complete. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <liburing.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { THREADS = 4, BLOCK = 8 << 20 };

static struct io_uring rings[THREADS];
static int in, out;
static _Atomic off_t next;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static off_t end = -1;          /* under the lock, as is the first error */
static int error;

static int one(struct io_uring *ring)
{
    struct io_uring_cqe *cqe;
    int result = io_uring_submit_and_wait(ring, 1);

    if (result < 0 || (result = io_uring_wait_cqe(ring, &cqe)) < 0)
        return result;
    result = cqe->res;
    io_uring_cqe_seen(ring, cqe);
    return result;
}

static void note(int result, off_t reached)
{
    pthread_mutex_lock(&lock);
    if (result < 0 && !error)
        error = -result;
    if (result >= 0 && (end == -1 || reached < end))
        end = reached;
    pthread_mutex_unlock(&lock);
}

static void *work(void *ring)
{
    char *bytes = malloc(BLOCK);
    bool is_over = false;

    while (!is_over) {
        off_t at = atomic_fetch_add(&next, BLOCK);
        ssize_t len = 0, written = 0;
        int result = 1;
        for (; len < BLOCK; len += result) {
            io_uring_prep_read(io_uring_get_sqe(ring), in, bytes + len, BLOCK - len, at + len);
            if ((result = one(ring)) <= 0)
                break;
        }
        if (result <= 0) {
            note(result, at + len);
            is_over = true;
        }
        for (; result >= 0 && written < len; written += result) {
            io_uring_prep_write(io_uring_get_sqe(ring), out, bytes + written, len - written,
                                at + written);
            if ((result = one(ring)) <= 0) {
                note(result < 0 ? result : -ENOSPC, 0);
                is_over = true;
                break;
            }
        }
    }
    free(bytes);
    return NULL;
}

static int complain(const char *what, int number)
{
    fprintf(stderr, "uring-copy: %s: %s\n", what, strerror(number));
    return 1;
}

int main(int argc, char **argv)
{
    pthread_t threads[THREADS];
    struct stat from, to;
    char *directory, path[64];

    if (argc != 3)
        return 2;
    for (int i = 0; i < THREADS; i++) {
        int result = io_uring_queue_init(2, &rings[i], 0);
        if (result < 0) {
            complain("no io_uring", -result);
            return 3;
        }
    }
    in = open(argv[1], O_RDONLY | O_CLOEXEC);
    if (in == -1 || fstat(in, &from) == -1)
        return complain(argv[1], errno);
    if (stat(argv[2], &to) == 0 && to.st_dev == from.st_dev && to.st_ino == from.st_ino)
        return complain("SRC and DST are the same file", EEXIST);
    directory = strdup(argv[2]);
    out = open(dirname(directory), O_WRONLY | O_TMPFILE | O_CLOEXEC, 0600);
    if (out == -1)
        return complain(argv[2], errno);
    for (int i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, work, &rings[i]);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    if (error)
        return complain(argv[2], error);
    snprintf(path, sizeof path, "/proc/self/fd/%d", out);
    if (ftruncate(out, end) == -1 || fchmod(out, from.st_mode & 0777) == -1
        || (unlink(argv[2]) == -1 && errno != ENOENT)
        || linkat(AT_FDCWD, path, AT_FDCWD, argv[2], AT_SYMLINK_FOLLOW) == -1)
        return complain(argv[2], errno);
    return 0;
}
