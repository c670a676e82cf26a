// Opens and closes, then opens its log.
// Usage: descriptor LOG STEP...    STEP: open, pipe, dup (of 0), or -N to close descriptor N
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv) {
    if (argc < 2)
        return 2;
    for (int i = 2; i < argc; i++) {
        int ends[2];
        if (strcmp(argv[i], "open") == 0)
            open("/dev/null", O_RDONLY);
        else if (strcmp(argv[i], "pipe") == 0)
            (void)!pipe(ends);
        else if (strcmp(argv[i], "dup") == 0)
            dup(0);
        else
            close(-atoi(argv[i]));
    }
    return open(argv[1], O_WRONLY | O_CREAT | O_APPEND, 0644) == -1;
}
