/* Signals come through a signalfd, CMD's end through a pidfd, and epoll waits for both. */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int watch(int epoll, int fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

int main(int argc, char **argv)
{
    sigset_t all, none;

    if (argc < 3 || strcmp(argv[1], "--") != 0)
        return 2;
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    signal(SIGCHLD, SIG_DFL);
    sigfillset(&all);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &all, NULL);
    pid_t child = fork();
    if (child < 0)
        return 125;
    if (child == 0) {
        sigprocmask(SIG_SETMASK, &none, NULL);
        execvp(argv[2], argv + 2);
        int status = errno == ENOENT ? 127 : 126;
        perror(argv[2]);
        _exit(status);
    }
    int signals = signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK);
    int process = (int)syscall(SYS_pidfd_open, child, 0);
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    if (signals < 0 || process < 0 || epoll < 0 || watch(epoll, signals) < 0
        || watch(epoll, process) < 0)
        return 125;
    for (;;) {
        struct epoll_event event;
        if (epoll_wait(epoll, &event, 1, -1) < 1)
            continue;
        if (event.data.fd == process) {
            siginfo_t info = {0};
            if (waitid(P_PIDFD, (id_t)process, &info, WEXITED) < 0)
                continue;
            return info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;
        }
        struct signalfd_siginfo info;
        while (read(signals, &info, sizeof info) == sizeof info) {
            siginfo_t dead = {0};
            if (info.ssi_signo != SIGCHLD) {
                syscall(SYS_pidfd_send_signal, process, info.ssi_signo, NULL, 0);
                continue;
            }
            /* Everybody but CMD, whose end the pidfd tells: looked at first, reaped then. */
            while (waitid(P_ALL, 0, &dead, WEXITED | WNOHANG | WNOWAIT) == 0 && dead.si_pid != 0
                   && dead.si_pid != child) {
                waitpid(dead.si_pid, NULL, 0);
                dead.si_pid = 0;
            }
        }
    }
}
