// Waits for input or SIGTERM, in one of several ways, and says so when it stops.
// Usage: ways default | flag | pipe | mask | signalfd
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

static volatile sig_atomic_t stop;
static int self_pipe[2] = {-1, -1};

static void set_flag(int signo) {
    (void)signo;
    stop = 1;
}

// ANCHOR: pipe
static void write_byte(int signo) {
    int saved = errno;
    (void)signo;
    (void)!write(self_pipe[1], "!", 1);
    errno = saved;
}
// ANCHOR_END: pipe

static void handle(void (*handler)(int)) {
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
    sigaction(SIGTERM, &action, NULL);
}

// Returns 0 at the end of input.
static int take_input(void) {
    char bytes[64];
    return read(STDIN_FILENO, bytes, sizeof bytes) > 0;
}

static void wait_plainly(void) {
    while (!stop && take_input())
        ;
}

static void wait_for(int fd) {
    struct pollfd ready[2] = {{STDIN_FILENO, POLLIN, 0}, {fd, POLLIN, 0}};
    for (;;) {
        if (poll(ready, 2, -1) == -1)
            continue;  // EINTR
        if (ready[1].revents != 0 || !take_input())
            return;
    }
}

int main(int argc, char **argv) {
    const char *way = argc > 1 ? argv[1] : "default";
    sigset_t term, before;
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);

    if (strcmp(way, "flag") == 0) {
        handle(set_flag);
        wait_plainly();
    } else if (strcmp(way, "pipe") == 0) {
        if (pipe2(self_pipe, O_CLOEXEC | O_NONBLOCK) != 0)
            return 1;
        handle(write_byte);
        wait_for(self_pipe[0]);
    } else if (strcmp(way, "mask") == 0) {
        struct pollfd input = {STDIN_FILENO, POLLIN, 0};
        sigprocmask(SIG_BLOCK, &term, &before);
        handle(set_flag);
        while (!stop && (ppoll(&input, 1, NULL, &before) == -1 || take_input()))
            ;
    } else if (strcmp(way, "signalfd") == 0) {
        // ANCHOR: signalfd
        sigprocmask(SIG_BLOCK, &term, NULL);
        int fd = signalfd(-1, &term, SFD_CLOEXEC);
        // ANCHOR_END: signalfd
        wait_for(fd);
    } else {
        wait_plainly();
    }
    return write(STDOUT_FILENO, "stopping\n", 9) != 9;
}
