// Counts the newlines of a file through mappings. Usage: count FILE
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

// ANCHOR: count
static size_t newlines(const char *bytes, size_t length) {
    size_t count = 0;
    const char *end = bytes + length;
    while (bytes < end && (bytes = memchr(bytes, '\n', (size_t)(end - bytes)))) {
        count++;
        bytes++;
    }
    return count;
}
// ANCHOR_END: count

// ANCHOR: guard
static sigjmp_buf back;
static char *volatile guarded;
static volatile size_t guarded_length;

static void on_bus(int signo, siginfo_t *info, void *context) {
    (void)context;
    const char *at = info->si_addr;
    if (guarded && at >= guarded && at < guarded + guarded_length)
        siglongjmp(back, 1);
    // Somebody else's: die of it, when the instruction is tried again.
    signal(signo, SIG_DFL);
}
// ANCHOR_END: guard

// ANCHOR: window
// Counts in one window; -1 if the file ends before it does.
static ssize_t count_window(int fd, off_t offset, size_t length) {
    char *bytes = mmap(NULL, length, PROT_READ, MAP_PRIVATE, fd, offset);
    if (bytes == MAP_FAILED)
        return -1;
    volatile ssize_t count = -1;
    guarded_length = length;
    guarded = bytes;
    if (sigsetjmp(back, 1) == 0)
        count = (ssize_t)newlines(bytes, length);
    guarded = NULL;
    munmap(bytes, guarded_length);
    return count;
}
// ANCHOR_END: window

int main(int argc, char **argv) {
    struct sigaction action = {.sa_sigaction = on_bus, .sa_flags = SA_SIGINFO};
    sigaction(SIGBUS, &action, NULL);
    int fd = argc > 1 ? open(argv[1], O_RDONLY | O_CLOEXEC) : -1;
    struct stat status;
    if (fd == -1 || fstat(fd, &status) == -1) {
        perror("count");
        return 1;
    }
    ssize_t total = 0;
    // ANCHOR: windows
    const off_t window = 64 << 20; // A multiple of the page size.
    for (off_t offset = 0; offset < status.st_size; offset += window) {
        off_t rest = status.st_size - offset;
        ssize_t count = count_window(fd, offset, (size_t)(rest < window ? rest : window));
        if (count == -1) {
            fprintf(stderr, "count: it cannot be mapped, or has become shorter\n");
            return 1;
        }
        total += count;
    }
    // ANCHOR_END: windows
    printf("%zd\n", total);
    return 0;
}
