/* A small init. The mistake: CMD has two seconds to end, and nobody said so. */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static void fail(const char *what)
{
    perror(what);
    exit(125);
}

/* Becomes CMD, or says why not. */
static void become(char **command)
{
    sigset_t none;

    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    execvp(command[0], command);
    int status = errno == ENOENT ? 127 : 126;
    perror(command[0]);
    _exit(status);
}

/* Reaps whoever has ended; true if CMD was among them. */
static bool reap(pid_t child, int *status)
{
    bool has_ended = false;
    int its;
    pid_t pid;

    while ((pid = waitpid(-1, &its, WNOHANG)) > 0)
        if (pid == child) {
            *status = its;
            has_ended = true;
        }
    return has_ended;
}

int main(int argc, char **argv)
{
    static const int ours[] = {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGCHLD};
    sigset_t set;
    int status;

    if (argc < 3 || strcmp(argv[1], "--") != 0) {
        fprintf(stderr, "usage: reaper -- CMD [ARG...]\n");
        return 2;
    }
    if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0)
        fail("prctl");
    signal(SIGCHLD, SIG_DFL);   /* had it been ignored, there would be nothing to wait for */

    sigemptyset(&set);
    for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++)
        sigaddset(&set, ours[i]);
    sigprocmask(SIG_BLOCK, &set, NULL);

    pid_t child = fork();
    if (child < 0)
        fail("fork");
    if (child == 0)
        become(argv + 2);

    sigaddset(&set, SIGALRM);
    sigprocmask(SIG_BLOCK, &set, NULL);
    for (;;) {
        int signum = sigwaitinfo(&set, NULL);
        if (signum == SIGTERM)
            alarm(2);
        if (signum == SIGALRM)
            signum = SIGKILL;
        if (signum < 0)
            continue;           /* EINTR: SIGSTOP and SIGCONT do that */
        if (signum != SIGCHLD)
            kill(child, signum);
        else if (reap(child, &status))
            return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    }
}
