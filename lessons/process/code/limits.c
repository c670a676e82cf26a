// Sets one limit on itself, and reaches it.
// Usage: limits files N | memory MIB | data MIB | stack MIB | processes N | size BYTES FILE
//             | size-ignored BYTES FILE | cpu SECONDS | cpu-ignored SECONDS
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static void limit(int resource, rlim_t soft, rlim_t hard) {
    struct rlimit wanted = {soft, hard};
    if (setrlimit(resource, &wanted) != 0) {
        perror("setrlimit");
        exit(125);
    }
}

static int failed(const char *call) {
    perror(call);
    return 1;
}

static int open_many(rlim_t most) {
    limit(RLIMIT_NOFILE, most, most);
    while (open("/dev/null", O_RDONLY) != -1)
        ;
    return failed("open");
}

static int map_too_much(int resource, rlim_t mib) {
    limit(resource, mib << 20, mib << 20);
    void *memory = mmap(NULL, mib << 20, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return memory == MAP_FAILED ? failed("mmap") : 0;
}

// The sum keeps the compiler from making a loop of it.
static int descend(unsigned depth) {
    volatile char frame[1000];
    frame[depth % sizeof frame] = (char)depth;
    return depth == -1u ? 0 : descend(depth + 1) + frame[depth % sizeof frame];
}

static int fork_once(rlim_t most) {
    limit(RLIMIT_NPROC, most, most);
    pid_t child = fork();
    if (child == -1)
        return failed("fork");
    if (child == 0)
        _exit(0);
    waitpid(child, NULL, 0);
    return 0;
}

static int write_too_much(rlim_t bytes, const char *file) {
    static char block[1000];
    limit(RLIMIT_FSIZE, bytes, bytes);
    int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (fd == -1)
        return 125;
    while (write(fd, block, sizeof block) != -1)
        ;
    return failed("write");
}

// The hard limit comes a second after the soft one.
static _Noreturn void compute(rlim_t seconds) {
    limit(RLIMIT_CPU, seconds, seconds + 1);
    for (volatile unsigned long n = 0;; n++)
        ;
}

int main(int argc, char **argv) {
    const char *what = argc > 2 ? argv[1] : "";
    rlim_t most = argc > 2 ? strtoul(argv[2], NULL, 10) : 0;
    const char *file = argc > 3 ? argv[3] : "limits.out";
    if (strcmp(what, "files") == 0)
        return open_many(most);
    if (strcmp(what, "memory") == 0)
        return map_too_much(RLIMIT_AS, most);
    if (strcmp(what, "data") == 0)
        return map_too_much(RLIMIT_DATA, most);
    if (strcmp(what, "stack") == 0) {
        limit(RLIMIT_STACK, most << 20, most << 20);
        return descend(0);
    }
    if (strcmp(what, "processes") == 0)
        return fork_once(most);
    if (strcmp(what, "size") == 0)
        return write_too_much(most, file);
    if (strcmp(what, "size-ignored") == 0) {
        signal(SIGXFSZ, SIG_IGN);
        return write_too_much(most, file);
    }
    if (strcmp(what, "cpu") == 0)
        compute(most);
    if (strcmp(what, "cpu-ignored") == 0) {
        signal(SIGXCPU, SIG_IGN);
        compute(most);
    }
    return 2;
}
