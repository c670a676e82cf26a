// Makes descriptors, in turn by several calls, until there are none left.
// Usage: exhausted LIMIT CALL...    CALL: open, pipe, socketpair, dup
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

static int make(const char *call) {
    int ends[2];
    if (strcmp(call, "open") == 0)
        return open("/dev/null", O_RDONLY);
    if (strcmp(call, "pipe") == 0)
        return pipe(ends);
    if (strcmp(call, "socketpair") == 0)
        return socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
    return dup(0);
}

int main(int argc, char **argv) {
    if (argc < 3)
        return 2;
    struct rlimit limit = {strtoul(argv[1], NULL, 10), strtoul(argv[1], NULL, 10)};
    setrlimit(RLIMIT_NOFILE, &limit);
    for (int i = 0;; i++)
        if (make(argv[2 + i % (argc - 2)]) == -1)
            return 1;
}
