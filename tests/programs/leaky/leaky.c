/* Does what its input says, a line each, and answers each with a line:
 *
 *   leak    opens a file and leaves it open
 *   fine    opens a pipe and closes both ends
 *   state   says how often a second thread's epoll_wait has returned, and how many signals came
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

static volatile int returns;
static volatile int signals;

static void count(int signo)
{
    (void)signo;
    signals++;
}

static void *wait_for_nothing(void *epoll)
{
    struct epoll_event event;
    for (;;) {
        epoll_wait(*(int *)epoll, &event, 1, -1);
        returns++;
    }
    return NULL;
}

static void __attribute__((noinline)) leak(void)
{
    if (open("/etc/passwd", O_RDONLY) < 0) /* leaks here */
        _exit(1);
}

static void __attribute__((noinline)) fine(void)
{
    int ends[2];
    if (pipe(ends) != 0) /* closes here */
        _exit(1);
    close(ends[0]);
    close(ends[1]);
}

int main(void)
{
    char line[64];
    int epoll = epoll_create1(0);
    pthread_t thread;
    sigset_t set;
    struct sigaction action = {.sa_handler = count, .sa_flags = SA_RESTART};
    /* Signals come to the first thread only. */
    sigfillset(&set);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    if (pthread_create(&thread, NULL, wait_for_nothing, &epoll) != 0)
        return 1;
    sigemptyset(&set);
    pthread_sigmask(SIG_SETMASK, &set, NULL);
    sigaction(SIGUSR1, &action, NULL);
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin) != NULL) {
        if (strcmp(line, "leak\n") == 0)
            leak();
        else if (strcmp(line, "fine\n") == 0)
            fine();
        printf("returns %d signals %d\n", returns, signals);
        fflush(stdout);
    }
    return 0;
}
