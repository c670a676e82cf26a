/* Asks the kernel for what would make calls that no tracer sees. */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static void say(const char *what, long result)
{
    printf("%s: %s\n", what, result < 0 ? strerrorname_np(errno) : "done");
}

int main(void)
{
    struct sock_filter all = BPF_STMT(BPF_RET, SECCOMP_RET_USER_NOTIF);
    struct sock_fprog program = { 1, &all };
    char ring[120] = { 0 };
    say("listener", syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program));
    say("ring", syscall(SYS_io_uring_setup, 8, ring));
    say("untraced", syscall(SYS_clone, CLONE_UNTRACED | SIGCHLD, 0, 0, 0, 0));
    say("clone3", syscall(SYS_clone3, 0, 0));
    say("secret", syscall(SYS_memfd_secret, 0));
    say("dumpable", prctl(PR_SET_DUMPABLE, 0));
    return 0;
}
