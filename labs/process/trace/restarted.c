// Reads a byte that comes late. Before it come signals, each while the program waits in read.
// Usage: restarted FLAG TIMES    FLAG: restart (the handler has SA_RESTART) or interrupt
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int handled[2];  // The handler puts a byte into this pipe.
static int data[2];     // The program waits for this one.

static void on_signal(int signo) {
    (void)signo;
    if (write(handled[1], "!", 1) != 1)
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

static void disturb(pid_t parent, int times) {
    char byte;
    while (times-- > 0) {
        await_sleep(parent);
        kill(parent, SIGUSR1);
        if (read(handled[0], &byte, 1) != 1)
            _exit(1);
    }
    await_sleep(parent);
    _exit(write(data[1], "x", 1) == 1 ? 0 : 1);
}

int main(int argc, char **argv) {
    int restart = argc > 1 && strcmp(argv[1], "restart") == 0;
    int times = argc > 2 ? atoi(argv[2]) : 1;
    pid_t self = getpid();

    struct sigaction action = {.sa_handler = on_signal, .sa_flags = restart ? SA_RESTART : 0};
    sigaction(SIGUSR1, &action, NULL);
    if (pipe(handled) != 0 || pipe(data) != 0)
        return 1;
    if (fork() == 0)
        disturb(self, times);
    close(data[1]);

    char byte;
    ssize_t got;
    do
        got = read(data[0], &byte, 1);
    while (got == -1 && errno == EINTR);
    wait(NULL);
    return got == 1 ? 0 : 1;
}
