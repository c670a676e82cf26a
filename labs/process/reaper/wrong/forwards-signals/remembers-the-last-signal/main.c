/* A small init. The mistake: one variable holds one signal, and two may come at once. */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static const int ours[] = {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2};
enum { COUNT = sizeof ours / sizeof ours[0] };
static volatile sig_atomic_t signum;

static void remember(int its)
{
    signum = its;
}

int main(int argc, char **argv)
{
    sigset_t set, before;
    int status;

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
        signal(ours[i], remember);
    signal(SIGCHLD, remember);
    for (;;) {
        sigsuspend(&before);
        if (signum != SIGCHLD)
            kill(child, signum);
        pid_t dead;
        while ((dead = waitpid(-1, &status, WNOHANG)) > 0)
            if (dead == child)
                return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    }
}
