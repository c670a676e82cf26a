/* Writes once more what a write has left. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE = 1 << 16 };

struct input {
    char *bytes;    /* what has come since the last newline */
    size_t length;
    size_t room;
};

static void fail(const char *name, const char *why)
{
    fprintf(stderr, "fan-in: %s: %s\n", name, why);
    exit(1);
}

static int opened(const char *name)
{
    struct stat status;
    int fd = open(name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

    if (fd == -1 || fstat(fd, &status) == -1)
        fail(name, strerror(errno));
    if (!S_ISFIFO(status.st_mode))
        fail(name, "not a FIFO");
    return fd;
}

static void put(const char *bytes, size_t length)
{
    for (int time = 0; time < 2 && length > 0; time++) {
        ssize_t written = write(STDOUT_FILENO, bytes, length);
        if (written == -1 && errno == EINTR)
            continue;
        if (written == -1)
            exit(1);
        bytes += written;
        length -= (size_t)written;
    }
}

/* Makes room for a piece behind what is there, and one byte more. */
static void make_room(struct input *input)
{
    if (input->room > input->length + PIECE)
        return;
    input->room = 2 * (input->length + PIECE);
    input->bytes = realloc(input->bytes, input->room);
    if (!input->bytes)
        fail("realloc", strerror(errno));
}

/* Takes what is there, and passes on what is complete by now; 0 at the end of the FIFO. */
static int take(int fd, struct input *input)
{
    make_room(input);
    char *piece = input->bytes + input->length;
    ssize_t got = read(fd, piece, PIECE);

    if (got == -1)
        return errno == EAGAIN || errno == EINTR;
    if (got == 0) {
        if (input->length > 0)
            input->bytes[input->length++] = '\n';
        put(input->bytes, input->length);
        return 0;
    }
    input->length += (size_t)got;
    char *newline = memrchr(piece, '\n', (size_t)got);
    if (newline) {
        size_t complete = (size_t)(newline + 1 - input->bytes);
        put(input->bytes, complete);
        input->length -= complete;
        memmove(input->bytes, newline + 1, input->length);
    }
    return 1;
}

int main(int argc, char **argv)
{
    size_t count = (size_t)argc - 1;
    struct pollfd *polled = calloc(count + 1, sizeof *polled);
    struct input *inputs = calloc(count + 1, sizeof *inputs);
    size_t open = count;

    if (!polled || !inputs)
        fail("calloc", strerror(errno));
    for (size_t at = 0; at < count; at++)
        polled[at] = (struct pollfd){.fd = opened(argv[at + 1]), .events = POLLIN};
    while (open > 0) {
        if (poll(polled, count, -1) == -1 && errno != EINTR)
            fail("poll", strerror(errno));
        for (size_t at = 0; at < count; at++) {
            if (polled[at].revents == 0 || take(polled[at].fd, &inputs[at]))
                continue;
            close(polled[at].fd);
            free(inputs[at].bytes);
            polled[at].fd = -1;
            polled[at].revents = 0;
            open--;
        }
    }
    return 0;
}
