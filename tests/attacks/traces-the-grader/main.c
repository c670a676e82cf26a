/* Attaches to whoever is there, and reads and writes their memory. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static void say(const char *what, long result)
{
    printf("%s: %s\n", what, result < 0 ? strerrorname_np(errno) : "done");
}

int main(void)
{
    pid_t victims[] = { 1, getppid(), @PID@ };
    char byte = 0, path[64];
    struct iovec here = { &byte, 1 }, there = { (void *)0x400000, 1 };
    for (int i = 0; i < 3; i++) {
        pid_t victim = victims[i];
        say("seize", ptrace(PTRACE_SEIZE, victim, 0, 0));
        say("write", process_vm_writev(victim, &here, 1, &there, 1, 0));
        snprintf(path, sizeof path, "/proc/%d/mem", victim);
        say("mem", open(path, O_RDWR));
        say("pidfd", syscall(SYS_pidfd_getfd, (int)syscall(SYS_pidfd_open, victim, 0), 1, 0));
    }
    return 0;
}
