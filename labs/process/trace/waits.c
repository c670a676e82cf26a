// Waits for SIGTERM in one of three ways, and ends when it has come several times.
// Usage: waits WAY TIMES    WAY: pipe (the handler writes to a pipe), signalfd, or mask (ppoll)
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t flag;
static int self_pipe[2] = {-1, -1};

static void on_signal(int signo) {
    (void)signo;
    flag = 1;
    if (self_pipe[1] != -1 && write(self_pipe[1], "!", 1) != 1)
        _exit(1);
}

// Returns when process `pid` sleeps in a system call; see proc_pid_stat(5).
static void await_sleep(pid_t pid) {
    char path[64], stat[512], *state;
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    int file = open(path, O_RDONLY);
    do {
        ssize_t len = pread(file, stat, sizeof stat - 1, 0);
        if (len <= 0)
            _exit(1);
        stat[len] = '\0';
        state = strrchr(stat, ')');
    } while (!state || state[2] != 'S');
    close(file);
}

int main(int argc, char **argv) {
    const char *way = argc > 1 ? argv[1] : "pipe";
    int times = argc > 2 ? atoi(argv[2]) : 1;
    pid_t self = getpid();
    int seen[2];  // Through this pipe the program says that it has taken note of a signal.

    sigset_t term, before;
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    struct pollfd source = {.fd = -1, .events = POLLIN};

    if (strcmp(way, "signalfd") == 0) {
        sigprocmask(SIG_BLOCK, &term, NULL);
        source.fd = signalfd(-1, &term, SFD_CLOEXEC);
    } else if (strcmp(way, "mask") == 0) {
        sigprocmask(SIG_BLOCK, &term, &before);
        sigaction(SIGTERM, &action, NULL);
    } else {
        if (pipe(self_pipe) != 0)
            return 1;
        sigaction(SIGTERM, &action, NULL);
        source.fd = self_pipe[0];
    }

    if (pipe(seen) != 0)
        return 1;
    if (fork() == 0) {
        char byte;
        close(seen[1]);
        while (await_sleep(self), kill(self, SIGTERM), read(seen[0], &byte, 1) == 1)
            ;
        _exit(0);
    }

    while (times > 0) {
        if (strcmp(way, "mask") == 0) {
            if (ppoll(NULL, 0, NULL, &before) == -1 && errno != EINTR)
                return 1;
        } else if (poll(&source, 1, -1) == -1) {
            if (errno != EINTR)
                return 1;
            continue;
        }
        char note[sizeof(struct signalfd_siginfo)];
        if (source.fd != -1 && read(source.fd, note, sizeof note) <= 0)
            return 1;
        if (--times > 0 && write(seen[1], "+", 1) != 1)
            return 1;
    }
    close(seen[1]);
    wait(NULL);
    return 0;
}
