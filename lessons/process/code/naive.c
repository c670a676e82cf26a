// Records payments: appends each line of input to LOG and acknowledges it. Loses some.
// Usage: naive LOG
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

// ANCHOR: handler
static void on_term(int signo) {
    (void)signo;
    _exit(0);  // Nothing unsafe is called here: async-signal-safe, and wrong.
}
// ANCHOR_END: handler

int main(int argc, char **argv) {
    if (argc != 2)
        return 2;
    signal(SIGTERM, on_term);

    // ANCHOR: loop
    FILE *log = fopen(argv[1], "a");
    char *record = NULL;
    size_t size = 0;
    ssize_t len;
    for (int number = 1; (len = getline(&record, &size, stdin)) > 0; number++) {
        fwrite(record, 1, len, log);
        printf("ok %d\n", number);
        fflush(stdout);
    }
    // ANCHOR_END: loop
    return fclose(log);
}
