/* The self-pipe: handlers write the number of their signal, and poll waits for the other end. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static const int ours[] = {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGCHLD};
enum { COUNT = sizeof ours / sizeof ours[0] };
static int ends[2];

static void tell(int signum)
{
    int saved = errno;
    unsigned char byte = (unsigned char)signum;
    if (write(ends[1], &byte, 1) < 0) {
        /* The pipe is full of signals that are still to be looked at. */
    }
    errno = saved;
}

int main(int argc, char **argv)
{
    struct sigaction action = {.sa_handler = tell, .sa_flags = SA_RESTART};
    sigset_t all, before;
    int status;

    if (argc < 3 || strcmp(argv[1], "--") != 0)
        return 2;
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0 || prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0)
        return 125;
    for (int i = 0; i < COUNT; i++)
        sigaction(ours[i], &action, NULL);
    /* Blocked around the fork only: in the child the handlers must be gone before a signal comes. */
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, &before);
    pid_t child = fork();
    if (child == 0) {
        for (int i = 0; i < COUNT; i++)
            signal(ours[i], SIG_DFL);
        sigprocmask(SIG_SETMASK, &before, NULL);
        execvp(argv[2], argv + 2);
        status = errno == ENOENT ? 127 : 126;
        perror(argv[2]);
        _exit(status);
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
    if (child < 0)
        return 125;
    for (;;) {
        struct pollfd waiting = {ends[0], POLLIN, 0};
        unsigned char signums[64];
        poll(&waiting, 1, -1);
        ssize_t got = read(ends[0], signums, sizeof signums);
        for (ssize_t i = 0; i < got; i++)
            if (signums[i] != SIGCHLD)
                kill(child, signums[i]);
        pid_t dead;
        while ((dead = waitpid(-1, &status, WNOHANG)) > 0)
            if (dead == child)
                return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    }
}
