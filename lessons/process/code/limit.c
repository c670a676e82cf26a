// Runs a command with a limit on the size of files. Usage: limit BYTES COMMAND [ARG...]
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

// ANCHOR: number
// A number of bytes as a person may write it: digits, and nothing else.
static int parse(const char *text, rlim_t *bytes) {
    if (text[0] == '\0' || text[strspn(text, "0123456789")] != '\0')
        return -1;
    errno = 0;
    *bytes = strtoull(text, NULL, 10);
    return errno == 0 ? 0 : -1;
}
// ANCHOR_END: number

int main(int argc, char **argv) {
    rlim_t bytes;
    if (argc < 3 || parse(argv[1], &bytes) != 0) {
        fprintf(stderr, "usage: limit BYTES COMMAND [ARG...]\n");
        return 2;
    }
    // ANCHOR: child
    pid_t child = fork();
    if (child == 0) {
        struct rlimit limit = {.rlim_cur = bytes, .rlim_max = bytes};
        if (setrlimit(RLIMIT_FSIZE, &limit) != 0) {
            perror("limit: cannot set the limit");
            _exit(125);
        }
        execvp(argv[2], argv + 2);
        int status = errno == ENOENT ? 127 : 126;
        perror(argv[2]);
        _exit(status);
    }
    // ANCHOR_END: child
    int status;
    struct rusage usage;
    if (child == -1 || wait4(child, &status, 0, &usage) != child)
        return 1;
    fprintf(stderr, "%ld.%06ld s, %ld KiB\n", (long)usage.ru_utime.tv_sec,
            (long)usage.ru_utime.tv_usec, usage.ru_maxrss);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
