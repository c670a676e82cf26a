// Becomes a command that is looked for along PATH, as a shell's child does.
// Usage: search COMMAND DIRECTORY...
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv) {
    char path[4096] = "";
    if (argc < 3)
        return 125;
    for (int nth = 2; nth < argc; nth++) {
        size_t used = strlen(path);
        snprintf(path + used, sizeof path - used, "%s%s", nth > 2 ? ":" : "", argv[nth]);
    }
    if (setenv("PATH", path, 1) != 0)
        return 125;
    // ANCHOR: search
    execlp(argv[1], argv[1], (char *)NULL);
    int why = errno;  // perror may change it
    perror(argv[1]);
    return why == ENOENT ? 127 : 126;
    // ANCHOR_END: search
}
