/* A small init. The mistake: the child unblocks signals while the supervisor's handlers are still
 * in place; what was pending goes to one of them, and exec forgets that it ever came. */
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
    if (child > 0)
        kill(child, signum);
}

int main(int argc, char **argv)
{
    struct sigaction action = {.sa_handler = pass_on, .sa_flags = SA_RESTART};
    sigset_t set, before;
    int status;

    if (argc < 3 || strcmp(argv[1], "--") != 0) {
        fprintf(stderr, "usage: reaper -- CMD [ARG...]\n");
        return 2;
    }
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    sigfillset(&set);
    sigprocmask(SIG_BLOCK, &set, &before);
    for (int i = 0; i < COUNT; i++)
        sigaction(ours[i], &action, NULL);
    child = fork();
    if (child == 0) {
        sigprocmask(SIG_SETMASK, &before, NULL);
        execvp(argv[2], argv + 2);
        status = errno == ENOENT ? 127 : 126;
        perror(argv[2]);
        _exit(status);
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
    for (;;)
        if (wait(&status) == child)
            return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
