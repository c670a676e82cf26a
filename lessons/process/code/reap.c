// Children that end while their parent is busy, and two ways to wait for them.
// Usage: reap once|all CHILDREN
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv) {
    int is_once = argc > 1 && strcmp(argv[1], "once") == 0;
    int children = argc > 2 ? atoi(argv[2]) : 10, signals = 0, reaped = 0, signo;
    sigset_t chld;
    sigemptyset(&chld);
    sigaddset(&chld, SIGCHLD);
    sigprocmask(SIG_BLOCK, &chld, NULL);
    for (int i = 0; i < children; i++)
        if (fork() == 0)
            _exit(0);
    sleep(1);  // Busy.
    alarm(1);  // Ends the program if it still waits in a second.

    while (is_once && reaped < children) {
        // ANCHOR: once
        sigwait(&chld, &signo);
        signals++;
        if (waitpid(-1, NULL, WNOHANG) > 0)
            reaped++;
        // ANCHOR_END: once
        fprintf(stderr, "signals: %d, reaped: %d\n", signals, reaped);
    }
    while (reaped < children) {
        // ANCHOR: all
        sigwait(&chld, &signo);
        signals++;
        while (waitpid(-1, NULL, WNOHANG) > 0)
            reaped++;
        // ANCHOR_END: all
        fprintf(stderr, "signals: %d, reaped: %d\n", signals, reaped);
    }
    return 0;
}
