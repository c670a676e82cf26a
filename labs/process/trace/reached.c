// Sets one resource limit, and goes on until it has reached it.
// Usage: reached LIMIT AMOUNT SIGNALS    LIMIT: fsize or as (bytes), nofile (descriptors), or
//                                        stack (bytes)
//                                        SIGNALS: default, or ignored (SIGXFSZ and SIGSEGV are)
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

static int deeper(int depth) {
    volatile char frame[16384];
    frame[0] = (char)depth;
    return depth > 100000 ? 0 : deeper(depth + 1) + frame[0];
}

int main(int argc, char **argv) {
    if (argc < 4)
        return 2;
    const struct { const char *name; int which; } all[] = {
        {"fsize", RLIMIT_FSIZE}, {"as", RLIMIT_AS}, {"nofile", RLIMIT_NOFILE}, {"stack", RLIMIT_STACK},
    };
    if (strcmp(argv[3], "ignored") == 0) {
        signal(SIGXFSZ, SIG_IGN);
        signal(SIGSEGV, SIG_IGN);
    }
    int file = memfd_create("file", MFD_CLOEXEC);
    struct rlimit limit = {strtoul(argv[2], NULL, 10), strtoul(argv[2], NULL, 10)};
    for (unsigned i = 0; i < sizeof all / sizeof all[0]; i++)
        if (strcmp(argv[1], all[i].name) == 0)
            setrlimit(all[i].which, &limit);

    const char block[512] = "";
    switch (argv[1][0]) {
    case 'f':
        while (write(file, block, sizeof block) > 0)
            ;
        break;
    case 'a':
        while (mmap(NULL, 1 << 20, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED)
            ;
        break;
    case 'n':
        while (dup(0) >= 0)
            ;
        break;
    default:
        return deeper(0);
    }
    return 1;
}
