/* A small init. The mistake: between the last look at the children and pause, CMD may end; then
 * its SIGCHLD has come and gone, and pause waits for a signal that nobody will send. */
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
static volatile pid_t child;

static void pass_on(int signum)
{
    kill(child, signum);
}

static void wake(int signum)
{
    (void)signum;
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
    child = fork();
    if (child == 0) {
        sigprocmask(SIG_SETMASK, &before, NULL);
        execvp(argv[2], argv + 2);
        status = errno == ENOENT ? 127 : 126;
        perror(argv[2]);
        _exit(status);
    }
    for (int i = 0; i < COUNT; i++)
        signal(ours[i], pass_on);
    signal(SIGCHLD, wake);
    sigprocmask(SIG_SETMASK, &before, NULL);
    for (;;) {
        pid_t dead;
        while ((dead = waitpid(-1, &status, WNOHANG)) > 0)
            if (dead == child)
                return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
        pause();
    }
}
