/* A small init. The mistake: a signal that comes again while it is
 * passed on counts as passed on with the first. */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static const int ours[] = {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2};
enum { COUNT = sizeof ours / sizeof ours[0] };
static volatile sig_atomic_t has_come[NSIG];

static void note(int signum)
{
    has_come[signum] = 1;
}

static bool has_any_come(void)
{
    for (int i = 0; i < COUNT; i++)
        if (has_come[ours[i]])
            return true;
    return false;
}

int main(int argc, char **argv)
{
    struct sigaction action = {.sa_handler = note, .sa_flags = SA_RESTART};
    sigset_t set, before;
    int status;
    pid_t pid;

    if (argc < 3 || strcmp(argv[1], "--") != 0) {
        fprintf(stderr, "usage: reaper -- CMD [ARG...]\n");
        return 2;
    }
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    sigfillset(&set);
    sigprocmask(SIG_BLOCK, &set, &before);
    pid_t child = fork();
    if (child == 0) {
        sigprocmask(SIG_SETMASK, &before, NULL);
        execvp(argv[2], argv + 2);
        status = errno == ENOENT ? 127 : 126;
        perror(argv[2]);
        _exit(status);
    }
    for (int i = 0; i < COUNT; i++)
        sigaction(ours[i], &action, NULL);
    sigaction(SIGCHLD, &action, NULL);
    for (;;) {
        sigprocmask(SIG_SETMASK, &before, NULL);
        for (int i = 0; i < COUNT; i++)
            if (has_come[ours[i]]) {
                kill(child, ours[i]);
                has_come[ours[i]] = 0;
            }
        sigprocmask(SIG_BLOCK, &set, NULL);
        while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
            if (pid == child)
                return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
        if (!has_any_come())
            ppoll(NULL, 0, NULL, &before);
    }
}
