// Forks, then reads and writes the memory that both have; counts page faults.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SIZE = 256 << 20, PAGE = 4096 };

static long faults(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_minflt;
}

int main(void) {
    // ANCHOR: copy
    char *memory = malloc(SIZE);
    memset(memory, 1, SIZE);
    if (fork() == 0) {
        long sum = 0, before = faults();
        for (size_t at = 0; at < SIZE; at += PAGE)
            sum += memory[at];
        long read = faults();
        for (size_t at = 0; at < SIZE; at += PAGE)
            memory[at] = 2;
        printf("read %ld pages: %ld faults\n", sum, read - before);
        printf("wrote to them: %ld faults\n", faults() - read);
        return 0;
    }
    // ANCHOR_END: copy
    wait(NULL);
    printf("the parent reads %d\n", memory[0]);
    return 0;
}
