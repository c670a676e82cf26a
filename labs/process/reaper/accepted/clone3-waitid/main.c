/* The raw system calls: clone3 with CLONE_PIDFD, waitid, rt_sigtimedwait. */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    uint64_t all = ~UINT64_C(0), none = 0;
    int process = -1;
    struct clone_args how = {
        .flags = CLONE_PIDFD,
        .pidfd = (uint64_t)(uintptr_t)&process,
        .exit_signal = SIGCHLD,
    };

    if (argc < 3 || strcmp(argv[1], "--") != 0)
        return 2;
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    signal(SIGCHLD, SIG_DFL);
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, NULL, sizeof all);
    pid_t child = (pid_t)syscall(SYS_clone3, &how, sizeof how);
    if (child < 0 && errno == ENOSYS)
        child = fork();
    if (child == 0) {
        syscall(SYS_rt_sigprocmask, SIG_SETMASK, &none, NULL, sizeof none);
        execvp(argv[2], argv + 2);
        int status = errno == ENOENT ? 127 : 126;
        perror(argv[2]);
        _exit(status);
    }
    if (child < 0)
        return 125;
    for (;;) {
        siginfo_t info = {0};
        long signum = syscall(SYS_rt_sigtimedwait, &all, &info, NULL, sizeof all);
        if (signum > 0 && signum != SIGCHLD)
            kill(child, (int)signum);
        for (;;) {
            siginfo_t dead = {0};
            if (waitid(P_ALL, 0, &dead, WEXITED | WNOHANG) < 0 || dead.si_pid == 0)
                break;
            if (dead.si_pid == child)
                return dead.si_code == CLD_EXITED ? dead.si_status : 128 + dead.si_status;
        }
    }
}
