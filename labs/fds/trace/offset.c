// Reads from a file by a descriptor, its duplicate, a second open, and in a child.
// Usage: offset STEP...    STEP: WHO=COUNT, WHO being first, duplicate, second, child (reads from
//                          first), or at (pread from first, at 0)
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv) {
    char bytes[64];
    memset(bytes, 'x', sizeof bytes);
    int file = open("/lab/file", O_WRONLY | O_CREAT | O_TRUNC, 0644);
    for (int i = 0; i < 10; i++)
        if (write(file, bytes, sizeof bytes) != sizeof bytes)
            return 1;
    close(file);
    int first = open("/lab/file", O_RDONLY), duplicate = dup(first);
    int second = open("/lab/file", O_RDONLY);
    for (int i = 1; i < argc; i++) {
        char *count = strchr(argv[i], '=');
        if (!count)
            return 2;
        *count++ = 0;
        size_t n = (size_t)atoi(count) % sizeof bytes;
        if (strcmp(argv[i], "child") == 0) {
            pid_t child = fork();
            if (child == 0)
                _exit(read(first, bytes, n) == -1);
            waitpid(child, NULL, 0);
        } else if (strcmp(argv[i], "at") == 0) {
            (void)!pread(first, bytes, n, 0);
        } else {
            int fd = argv[i][0] == 'f' ? first : argv[i][0] == 'd' ? duplicate : second;
            (void)!read(fd, bytes, n);
        }
    }
    return 0;
}
