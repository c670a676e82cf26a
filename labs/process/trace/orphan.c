// A chain of processes: each starts the next, does its part, and the last is nobody's favourite.
// Usage: orphan PART...    PART, of each process in turn, the first being this one:
//        waits   waits for all of its children, then ends
//        adopts  the same; it is a subreaper
//        leaves  ends at once when it has started the next
//        The process after the last PART only says that it was there.
#define _GNU_SOURCE
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv) {
    int said[2];
    char byte;
    if (argc < 2 || pipe(said) != 0)
        return 2;
    int nth = 1;
    while (nth < argc) {
        if (strcmp(argv[nth], "adopts") == 0)
            prctl(PR_SET_CHILD_SUBREAPER, 1);
        if (fork() != 0)
            break;
        nth++;
    }
    if (nth == argc)
        return write(said[1], "!", 1) != 1;
    if (strcmp(argv[nth], "leaves") == 0)
        return 0;
    while (wait(NULL) > 0)
        ;
    // The first does not end before the last has spoken.
    if (nth == 1)
        return read(said[0], &byte, 1) != 1;
    return 0;
}
