// Calls in a signal handler what the handler may have interrupted: localtime_r(3).
#define _GNU_SOURCE
#include <signal.h>
#include <sys/time.h>
#include <time.h>

// ANCHOR: handler
static void on_alarm(int signo) {
    (void)signo;
    time_t now = 0;
    struct tm when;
    localtime_r(&now, &when);  // To date a line of a log, say.
}

int main(void) {
    signal(SIGALRM, on_alarm);
    setitimer(ITIMER_REAL, &(struct itimerval){{0, 1000}, {0, 1000}}, NULL);
    for (;;)
        on_alarm(0);
}
// ANCHOR_END: handler
