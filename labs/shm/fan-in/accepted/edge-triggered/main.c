/* epoll with EPOLLET: each FIFO is read until there is nothing more, or nobody who could write. Before
 * its first writer there is no edge. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

struct fifo {
    int fd;
    char *line;
    size_t length;
};

static void put(struct iovec *parts, int count)
{
    while (count > 0) {
        ssize_t written = writev(1, parts, count);
        if (written == -1 && errno == EINTR)
            continue;
        if (written == -1)
            exit(1);
        while (count > 0 && (size_t)written >= parts->iov_len) {
            written -= (ssize_t)parts->iov_len;
            parts++;
            count--;
        }
        if (count > 0) {
            parts->iov_base = (char *)parts->iov_base + written;
            parts->iov_len -= (size_t)written;
        }
    }
}

/* Reads as long as there is something; whether it has ended. */
static int drain(struct fifo *fifo)
{
    char piece[3000];
    ssize_t got;

    while ((got = read(fifo->fd, piece, sizeof piece)) > 0) {
        char *rest = piece, *end = piece + got, *newline;
        while ((newline = memchr(rest, '\n', (size_t)(end - rest)))) {
            struct iovec parts[] = {
                {fifo->line, fifo->length},
                {rest, (size_t)(newline + 1 - rest)},
            };
            put(parts, 2);
            fifo->length = 0;
            rest = newline + 1;
        }
        fifo->line = realloc(fifo->line, fifo->length + (size_t)(end - rest) + 1);
        memcpy(fifo->line + fifo->length, rest, (size_t)(end - rest));
        fifo->length += (size_t)(end - rest);
    }
    if (got == -1)
        return 0;
    if (fifo->length > 0) {
        struct iovec parts[] = {{fifo->line, fifo->length}, {"\n", 1}};
        put(parts, 2);
    }
    close(fifo->fd);
    return 1;
}

int main(int argc, char **argv)
{
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    struct fifo *fifos = calloc((size_t)argc, sizeof *fifos);

    for (int at = 1; at < argc; at++) {
        struct stat status;
        struct epoll_event event = {.events = EPOLLIN | EPOLLET, .data.ptr = &fifos[at]};
        fifos[at].fd = open(argv[at], O_RDONLY | O_NONBLOCK);
        if (fifos[at].fd == -1 || fstat(fifos[at].fd, &status) == -1 || !S_ISFIFO(status.st_mode)) {
            fprintf(stderr, "%s: not a FIFO\n", argv[at]);
            return 1;
        }
        epoll_ctl(epoll, EPOLL_CTL_ADD, fifos[at].fd, &event);
    }
    for (int left = argc - 1; left > 0;) {
        struct epoll_event events[8];
        int ready = epoll_wait(epoll, events, 8, -1);
        for (int at = 0; at < ready; at++) {
            /* The end of one who has closed may come in the same breath as its last bytes. */
            left -= drain(events[at].data.ptr);
        }
    }
    return 0;
}
