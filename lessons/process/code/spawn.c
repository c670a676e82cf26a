// Starts a command as it would have started without us, and says why if it cannot.
// Usage: spawn COMMAND [ARG...]
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

// ANCHOR: start
// Returns the child, or -1 with errno: also if it was the exec that failed.
static pid_t start(char **command, const sigset_t *mask, const struct sigaction *on_pipe) {
    int report[2], error = 0;
    if (pipe2(report, O_CLOEXEC) != 0)
        return -1;
    pid_t child = fork();
    if (child == 0) {
        sigaction(SIGPIPE, on_pipe, NULL);
        sigprocmask(SIG_SETMASK, mask, NULL);
        execvp(command[0], command);
        error = errno;
        (void)!write(report[1], &error, sizeof error);
        _exit(127);
    }
    close(report[1]);
    // Ends with the exec, which closes the other end, or brings the exec's errno.
    if (child > 0 && read(report[0], &error, sizeof error) > 0) {
        waitpid(child, NULL, 0);
        child = -1;
        errno = error;
    }
    close(report[0]);
    return child;
}
// ANCHOR_END: start

int main(int argc, char **argv) {
    // This program changes two things that its command shall not get.
    sigset_t term, mask;
    struct sigaction ignore = {.sa_handler = SIG_IGN}, on_pipe;
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    sigprocmask(SIG_BLOCK, &term, &mask);
    sigaction(SIGPIPE, &ignore, &on_pipe);
    if (argc < 2)
        return 2;
    pid_t child = start(argv + 1, &mask, &on_pipe);
    if (child == -1) {
        int is_absent = errno == ENOENT;
        fprintf(stderr, "%s: %s\n", argv[1], strerror(errno));
        return is_absent ? 127 : 126;
    }
    int status;
    if (waitpid(child, &status, 0) != child)
        return 1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
