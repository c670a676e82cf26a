// Appends what it reads to a log: as many whole lines as came with one read, then one sync.
// Usage: group LOG SIZE < lines    SIZE: bytes that it reads at once, at most 512
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv) {
    if (argc < 3)
        return 2;
    int log = open(argv[1], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    size_t size = strtoul(argv[2], NULL, 10), held = 0;
    char buffer[4096];
    ssize_t got;

    while ((got = read(0, buffer + held, size)) > 0) {
        held += got;
        char *end = memrchr(buffer, '\n', held);
        if (!end)
            continue;
        size_t whole = end + 1 - buffer;
        if (write(log, buffer, whole) != (ssize_t)whole || fdatasync(log) != 0)
            return 1;
        held -= whole;
        memmove(buffer, end + 1, held);
    }
    return 0;
}
