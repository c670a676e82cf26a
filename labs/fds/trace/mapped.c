// Maps a file, cuts it off, and reads a byte of the mapping. What follows the mapping is memory
// that may not be read.
// Usage: mapped SIZE CUT AT
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int main(int argc, char **argv) {
    if (argc < 4)
        return 2;
    size_t size = strtoul(argv[1], NULL, 10), at = strtoul(argv[3], NULL, 10);
    int file = open("/lab/file", O_RDWR | O_CREAT | O_TRUNC, 0644);
    char *bytes = malloc(size);
    if (!bytes || file == -1)
        return 1;
    memset(bytes, 'x', size);
    if (write(file, bytes, size) != (ssize_t)size)
        return 1;
    char *room = mmap(NULL, 1 << 20, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    volatile char *map = mmap(room, size, PROT_READ, MAP_SHARED | MAP_FIXED, file, 0);
    if (room == MAP_FAILED || map == MAP_FAILED)
        return 1;
    if (ftruncate(file, (off_t)strtoul(argv[2], NULL, 10)) == -1)
        return 1;
    char text[16];
    int length = snprintf(text, sizeof text, "%d\n", map[at]);
    return write(1, text, (size_t)length) != length;
}
