// Sends itself signals while they are blocked, then lets them in; a handler counts.
// Usage: merged SIGNAL...    SIGNAL: usr1, usr2, or rt (the first real-time signal)
#define _GNU_SOURCE
#include <signal.h>
#include <string.h>

static volatile sig_atomic_t count;

static void on_signal(int signo) {
    (void)signo;
    count++;
}

int main(int argc, char **argv) {
    const int signals[] = {SIGUSR1, SIGUSR2, SIGRTMIN};
    struct sigaction action = {.sa_handler = on_signal};
    sigset_t set;
    sigemptyset(&set);
    for (int i = 0; i < 3; i++) {
        sigaction(signals[i], &action, NULL);
        sigaddset(&set, signals[i]);
    }

    sigprocmask(SIG_BLOCK, &set, NULL);
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "usr1") == 0)
            raise(SIGUSR1);
        else if (strcmp(argv[i], "usr2") == 0)
            raise(SIGUSR2);
        else
            raise(SIGRTMIN);
    }
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    return count;
}
