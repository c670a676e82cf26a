// Waits for the end of what a child writes into a pipe; it writes nothing. Usage: leak [cloexec]
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv) {
    int flags = argc > 1 ? O_CLOEXEC : 0;
    // ANCHOR: leak
    int ends[2];
    char byte;
    if (pipe2(ends, flags) != 0)
        return 1;
    if (fork() == 0) {
        execlp("sleep", "sleep", "5", (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    ssize_t got = read(ends[0], &byte, 1);
    // ANCHOR_END: leak
    printf("%s: read gave %zd\n", argv[0], got);
    return 0;
}
