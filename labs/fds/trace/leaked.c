// Answers requests, and leaves some of its functions by the wrong door.
// Usage: leaked REQUEST...    REQUEST: size=NAME or copy=NAME; NAME: file, directory, missing, or
//                             (copy) nowhere: a file, to a directory that is not there
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool size(const char *path) {
    struct stat status;
    int fd = open(path, O_RDONLY);
    if (fd == -1)
        return false;
    if (fstat(fd, &status) == -1 || !S_ISREG(status.st_mode))
        return false;
    close(fd);
    return true;
}

static bool copy(const char *from, const char *to) {
    char bytes[64];
    ssize_t count;
    int in = open(from, O_RDONLY);
    if (in == -1)
        return false;
    int out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (out == -1)
        return false;
    while ((count = read(in, bytes, sizeof bytes)) > 0)
        if (write(out, bytes, (size_t)count) != count)
            break;
    close(out);
    if (count == -1)
        return false;
    close(in);
    return count == 0;
}

int main(int argc, char **argv) {
    close(open("/lab/file", O_WRONLY | O_CREAT, 0644));
    for (int i = 1; i < argc; i++) {
        const char *name = strchr(argv[i], '=');
        if (!name)
            return 2;
        const char *path = strcmp(name, "=missing") == 0     ? "/lab/missing"
                           : strcmp(name, "=directory") == 0 ? "/lab"
                                                             : "/lab/file";
        const char *to = strcmp(name, "=nowhere") == 0 ? "/lab/no/copy" : "/lab/copy";
        bool is_done = argv[i][0] == 's' ? size(path) : copy(path, to);
        (void)!write(1, is_done ? "ok\n" : "error\n", is_done ? 3 : 6);
    }
    return 0;
}
