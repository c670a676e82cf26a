/* One flag a signal, and sigsuspend, which unblocks and waits in one step. */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t has_come[NSIG];

static void note(int signum)
{
    has_come[signum] = 1;
}

int main(int argc, char **argv)
{
    static const int ours[] = {SIGCHLD, SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2};
    size_t count = sizeof ours / sizeof ours[0];
    sigset_t set, before;
    int status;

    if (argc < 3 || strcmp(argv[1], "--") != 0)
        return 2;
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    sigemptyset(&set);
    for (size_t i = 0; i < count; i++)
        sigaddset(&set, ours[i]);
    sigprocmask(SIG_BLOCK, &set, &before);
    pid_t child = fork();
    if (child == 0) {
        sigprocmask(SIG_SETMASK, &before, NULL);
        execvp(argv[2], argv + 2);
        status = errno == ENOENT ? 127 : 126;
        perror(argv[2]);
        _exit(status);
    }
    if (child < 0)
        return 125;
    for (size_t i = 0; i < count; i++)
        signal(ours[i], note);
    for (;;) {
        sigsuspend(&before);
        for (size_t i = 1; i < count; i++)
            if (has_come[ours[i]]) {
                has_come[ours[i]] = 0;
                kill(child, ours[i]);
            }
        pid_t dead;
        while ((dead = waitpid(-1, &status, WNOHANG)) > 0)
            if (dead == child)
                return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    }
}
