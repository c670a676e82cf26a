/* vfork, whose child borrows the parent's memory and holds the parent until it has begun CMD. */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    sigset_t set, none;
    volatile int why = 0;

    if (argc < 3 || strcmp(argv[1], "--") != 0)
        return 2;
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    signal(SIGCHLD, SIG_DFL);
    sigfillset(&set);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &set, NULL);
    pid_t child = vfork();
    if (child == 0) {
        sigprocmask(SIG_SETMASK, &none, NULL);
        execvp(argv[2], argv + 2);
        why = errno;
        _exit(why == ENOENT ? 127 : 126);
    }
    if (child < 0)
        return 125;
    if (why)
        fprintf(stderr, "%s: %s\n", argv[2], strerror(why));
    for (;;) {
        int signum, status;
        pid_t dead;
        if (sigwait(&set, &signum) != 0)
            continue;
        if (signum != SIGCHLD)
            kill(child, signum);
        while ((dead = waitpid(-1, &status, WNOHANG)) > 0)
            if (dead == child)
                return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    }
}
