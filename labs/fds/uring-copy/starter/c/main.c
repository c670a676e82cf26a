/* uring-copy SRC DST: copies a file through io_uring. This one copies without it. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <liburing.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BLOCK = 256 * 1024 };

static void fail(const char *what)
{
    fprintf(stderr, "uring-copy: %s: %s\n", what, strerror(errno));
    exit(1);
}

int main(int argc, char **argv)
{
    static char block[BLOCK];
    struct stat from;
    int in, out;
    ssize_t count;

    if (argc != 3) {
        fprintf(stderr, "usage: uring-copy SRC DST\n");
        return 2;
    }
    /* TODO: make a ring. If there is none to be had, what has not been done yet? */

    if ((in = open(argv[1], O_RDONLY | O_CLOEXEC)) == -1 || fstat(in, &from) == -1)
        fail(argv[1]);
    /* TODO: is DST another name of SRC? */

    /* TODO: what if DST is there already, and longer? */
    out = open(argv[2], O_WRONLY | O_CREAT | O_CLOEXEC, from.st_mode & 0777);
    if (out == -1)
        fail(argv[2]);

    /* TODO: read and write through the ring, several blocks at a time. What can a completion say
     * that is neither an error nor the whole block? */
    for (off_t at = 0; (count = pread(in, block, BLOCK, at)) > 0; at += count)
        if (pwrite(out, block, count, at) == -1)
            /* TODO: and what has been copied so far? */
            fail(argv[2]);
    if (count == -1 || fchmod(out, from.st_mode & 0777) == -1 || close(out) == -1)
        fail(argv[2]);
    return 0;
}
