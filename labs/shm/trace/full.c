// Writes to a pipe that nobody reads, in turn in several sizes, until a write finds no room.
// Usage: full PAGES SIZE...    PAGES: of 4096 bytes, room in the pipe; SIZE: at most 4096 bytes
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv) {
    char bytes[4096];
    int ends[2];
    memset(bytes, 'x', sizeof bytes);
    if (argc < 3 || pipe2(ends, O_NONBLOCK) == -1)
        return 2;
    if (fcntl(ends[1], F_SETPIPE_SZ, 4096 * atoi(argv[1])) == -1)
        return 1;
    for (int i = 0;; i++)
        if (write(ends[1], bytes, (size_t)atoi(argv[2 + i % (argc - 2)])) == -1)
            return 0;
}
