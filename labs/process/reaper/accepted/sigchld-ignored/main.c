/* Never reaps an orphan: it ignores SIGCHLD, and the kernel reaps for it. What became of CMD, it
 * learns through a pipe from a process between itself and CMD, which waits for CMD alone. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

/* Starts CMD, and tells its pid and then its status. */
static void stand_between(char **command, int tell, const sigset_t *before)
{
    int status;

    signal(SIGCHLD, SIG_DFL);
    pid_t child = fork();
    if (child == 0) {
        sigprocmask(SIG_SETMASK, before, NULL);
        execvp(command[0], command);
        status = errno == ENOENT ? 127 : 126;
        perror(command[0]);
        _exit(status);
    }
    if (child < 0 || write(tell, &child, sizeof child) < 0)
        _exit(125);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    int code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    _exit(write(tell, &code, sizeof code) < 0);
}

int main(int argc, char **argv)
{
    static const int ours[] = {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2};
    sigset_t set, before;
    int ends[2], words[2];
    size_t held = 0;

    if (argc < 3 || strcmp(argv[1], "--") != 0)
        return 2;
    if (pipe2(ends, O_CLOEXEC) < 0 || prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0)
        return 125;
    sigemptyset(&set);
    for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++)
        sigaddset(&set, ours[i]);
    sigprocmask(SIG_BLOCK, &set, &before);
    signal(SIGCHLD, SIG_IGN);
    pid_t between = fork();
    if (between < 0)
        return 125;
    if (between == 0)
        stand_between(argv + 2, ends[1], &before);
    close(ends[1]);
    int signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    for (;;) {
        /* Without CMD's pid a signal has nowhere to go: it stays where it is. */
        struct pollfd waiting[] = {
            {ends[0], POLLIN, 0},
            {held >= sizeof words[0] ? signals : -1, POLLIN, 0},
        };
        if (poll(waiting, 2, -1) < 0)
            continue;
        if (waiting[0].revents) {
            ssize_t got = read(ends[0], (char *)words + held, sizeof words - held);
            if (got < 0)
                continue;
            held += (size_t)got;
            if (held == sizeof words)
                return words[1];
            if (got == 0)
                return 125;
        }
        struct signalfd_siginfo info;
        while (held >= sizeof words[0] && read(signals, &info, sizeof info) == sizeof info)
            kill(words[0], (int)info.ssi_signo);
    }
}
