// Opens NAME below ROOT, and nothing outside of it. Usage: inside ROOT NAME
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

// ANCHOR: open
static int open_inside(int root, const char *name) {
    struct open_how how = {
        .flags = O_RDONLY | O_NONBLOCK | O_CLOEXEC,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
    };
    int fd = (int)syscall(SYS_openat2, root, name, &how, sizeof how);
    struct stat stat;
    if (fd != -1 && (fstat(fd, &stat) != 0 || !S_ISREG(stat.st_mode))) {
        close(fd);
        errno = EACCES;
        return -1;
    }
    return fd;
}
// ANCHOR_END: open

int main(int argc, char **argv) {
    if (argc != 3)
        return 2;
    int root = open(argv[1], O_PATH | O_DIRECTORY | O_CLOEXEC);
    int fd = open_inside(root, argv[2]);
    printf("%s: %s\n", argv[2], fd == -1 ? strerror(errno) : "open");
    return fd == -1;
}
