/* Handlers pass signals on themselves; the main program is one blocking wait. The signals are
 * blocked until the handlers know whom to pass them on to, and CMD gets default actions before it
 * unblocks them. */
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
static volatile pid_t child;

static void pass_on(int signum)
{
    int saved = errno;
    kill(child, signum);
    errno = saved;
}

int main(int argc, char **argv)
{
    struct sigaction action = {.sa_handler = pass_on, .sa_flags = SA_RESTART};
    sigset_t set, before;
    size_t count = sizeof ours / sizeof ours[0];
    int status;

    if (argc < 3 || strcmp(argv[1], "--") != 0)
        return 2;
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    sigemptyset(&set);
    for (size_t i = 0; i < count; i++)
        sigaddset(&set, ours[i]);
    sigprocmask(SIG_BLOCK, &set, &before);
    action.sa_mask = set;
    for (size_t i = 0; i < count; i++)
        sigaction(ours[i], &action, NULL);
    child = fork();
    if (child == 0) {
        for (size_t i = 0; i < count; i++)
            signal(ours[i], SIG_DFL);
        sigprocmask(SIG_SETMASK, &before, NULL);
        execvp(argv[2], argv + 2);
        status = errno == ENOENT ? 127 : 126;
        perror(argv[2]);
        _exit(status);
    }
    if (child < 0)
        return 125;
    sigprocmask(SIG_SETMASK, &before, NULL);
    for (;;) {
        pid_t dead = wait(&status);
        if (dead < 0 && errno != EINTR)
            return 125;
        if (dead == child)
            return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    }
}
