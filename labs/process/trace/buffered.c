// Prints into a buffer and forks; every process runs the rest of the steps.
// Usage: buffered STEP...    STEP: print, flush, fork, or split (fork, and the child ends at once)
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv) {
    // As it is in front of a pipe or a file: a terminal would get each line at once.
    setvbuf(stdout, NULL, _IOFBF, 4096);
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "print") == 0)
            printf("step %d\n", i);
        else if (strcmp(argv[i], "flush") == 0)
            fflush(stdout);
        else if (fork() == 0 && strcmp(argv[i], "split") == 0)
            exit(0);
    }
    while (wait(NULL) > 0)
        ;
    return 0;
}
