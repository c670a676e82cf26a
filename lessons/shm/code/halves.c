// One process stores 0 and -1 in turn, another one looks for anything else.
// Usage: halves OFFSET LOOKS    (of the 8 bytes in a page)
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv) {
    if (argc != 3)
        return 2;
    char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED)
        return 1;
    // ANCHOR: halves
    volatile int64_t *value = (volatile int64_t *)(page + atoi(argv[1]));
    pid_t writer = fork();
    if (writer == 0)
        for (;;) {
            *value = 0;
            *value = -1;
        }
    long torn = 0;
    for (long looks = atol(argv[2]); looks > 0; looks--) {
        int64_t seen = *value;
        torn += seen != 0 && seen != -1;
    }
    // ANCHOR_END: halves
    kill(writer, SIGKILL);
    waitpid(writer, NULL, 0);
    printf("%ld\n", torn);
    return 0;
}
