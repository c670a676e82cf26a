/* A signal that comes before there is a CMD ends it, with the status that CMD would have had;
 * from the fork on signals wait until CMD can get them. */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static const int ours[] = {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2};
enum { COUNT = sizeof ours / sizeof ours[0] };
static volatile pid_t child;

static void pass_on(int signum)
{
    int saved = errno;
    if (child == 0)
        _exit(128 + signum);
    kill(child, signum);
    errno = saved;
}

int main(int argc, char **argv)
{
    sigset_t all, before;
    int status;

    if (argc < 3 || strcmp(argv[1], "--") != 0)
        return 2;
    for (int i = 0; i < COUNT; i++)
        signal(ours[i], pass_on);
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, &before);
    child = fork();
    if (child == 0) {
        for (int i = 0; i < COUNT; i++)
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
    for (;;)
        if (wait(&status) == child)
            return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
