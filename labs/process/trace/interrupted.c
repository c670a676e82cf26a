// Waits several times, each time in another call, while SIGUSR1 is blocked and pending.
// Usage: interrupted CALL    CALL is the one during which nothing is blocked: ppoll, pselect,
//                            epoll_pwait or sigsuspend
#define _GNU_SOURCE
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/select.h>

static void on_signal(int signo) { (void)signo; }

int main(int argc, char **argv) {
    const char *call = argc > 1 ? argv[1] : "ppoll";

    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    sigaction(SIGUSR1, &action, NULL);

    sigset_t nothing, usr1;
    sigemptyset(&nothing);
    sigemptyset(&usr1);
    sigaddset(&usr1, SIGUSR1);
    sigprocmask(SIG_BLOCK, &usr1, NULL);
    raise(SIGUSR1);

    // Each call sets a mask, waits, and puts the old mask back: forever, or not at all.
    const struct timespec at_once = {0, 0};
    struct epoll_event event;
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    int open;

    open = strcmp(call, "ppoll") == 0;
    ppoll(NULL, 0, open ? NULL : &at_once, open ? &nothing : &usr1);

    open = strcmp(call, "pselect") == 0;
    pselect(0, NULL, NULL, NULL, open ? NULL : &at_once, open ? &nothing : &usr1);

    open = strcmp(call, "epoll_pwait") == 0;
    epoll_pwait(epoll, &event, 1, open ? -1 : 0, open ? &nothing : &usr1);

    if (strcmp(call, "sigsuspend") == 0)
        sigsuspend(&nothing);
    return 0;
}
