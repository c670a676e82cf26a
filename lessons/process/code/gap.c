// Two ways to wait for SIGTERM or input. One of them can wait forever.
// Usage: gap flag | gap restart (as flag, and the handler has SA_RESTART) | gap mask
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

static volatile sig_atomic_t stop;

static void on_term(int signo) {
    (void)signo;
    stop = 1;
}

static int wait_by_flag(void) {
    char byte;
    // ANCHOR: flag
    while (!stop) {
        // SIGTERM here: the handler runs, sets the flag, and nobody looks at it.
        if (read(STDIN_FILENO, &byte, 1) == 0)
            break;
    }
    // ANCHOR_END: flag
    return 0;
}

static int wait_by_mask(void) {
    char byte;
    // ANCHOR: mask
    sigset_t term, before;
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    sigprocmask(SIG_BLOCK, &term, &before);

    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    while (!stop) {
        // SIGTERM here stays pending: it is blocked.
        if (ppoll(&input, 1, NULL, &before) == -1 && errno == EINTR)
            continue;
        if (read(STDIN_FILENO, &byte, 1) == 0)
            break;
    }
    // ANCHOR_END: mask
    return 0;
}

int main(int argc, char **argv) {
    const char *way = argc > 1 ? argv[1] : "flag";
    struct sigaction action = {.sa_handler = on_term};
    if (strcmp(way, "restart") == 0)
        action.sa_flags = SA_RESTART;
    sigaction(SIGTERM, &action, NULL);
    return strcmp(way, "mask") == 0 ? wait_by_mask() : wait_by_flag();
}
