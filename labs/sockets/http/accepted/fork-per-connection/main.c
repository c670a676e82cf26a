/* A process for each connection, as inetd has it. Errors end the connection, and so their bodies. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <ctype.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t is_busy, is_told;
static int root;

static void told(int signum)
{
    (void)signum;
    is_told = 1;
    if (!is_busy)
        _exit(0);
}

static void say(int fd, const char *text, size_t size)
{
    while (size > 0) {
        ssize_t sent = send(fd, text, size, MSG_NOSIGNAL);
        if (sent <= 0)
            _exit(0);
        text += sent;
        size -= (size_t)sent;
    }
}

/* An answer without a length: its end is the connection's. */
static void refuse(int fd, const char *status, bool is_head)
{
    char text[256], waste[4096];
    int size = snprintf(text, sizeof text, "HTTP/1.1 %s\r\nconnection: close\r\n\r\n%s", status,
        is_head ? "" : "Sorry.\n");

    say(fd, text, (size_t)size);
    shutdown(fd, SHUT_WR);
    alarm(2);
    while (read(fd, waste, sizeof waste) > 0)
        ;
    _exit(0);
}

/* Opens what a path names, part by part, with no link on the way; directories are not served. */
static int open_path(char *path)
{
    int here = dup(root), next = -1;

    for (char *rest, *part = strtok_r(path, "/", &rest); part; part = strtok_r(NULL, "/", &rest)) {
        if (strcmp(part, "..") == 0)
            return -1;
        next = openat(here, part, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
        close(here);
        here = next;
        if (here < 0)
            return -1;
    }
    return here;
}

static bool decode(char *name)
{
    char *to = name;
    unsigned byte;

    for (; *name; name++, to++) {
        *to = *name;
        if (*name == '%') {
            if (!isxdigit((unsigned char)name[1]) || sscanf(name + 1, "%2x", &byte) != 1 || !byte)
                return false;
            *to = (char)byte;
            name += 2;
        }
    }
    *to = '\0';
    return true;
}

static void answer(int fd, char *head)
{
    char method[16], path[8192], version[16], line[160];
    struct stat about;
    bool closes, is_head;
    int file;

    if (sscanf(head, "%15s %8191s HTTP/%15s", method, path, version) != 3 || *path != '/')
        refuse(fd, "400 Bad Request", false);
    is_head = strcmp(method, "HEAD") == 0;
    if (!is_head && strcmp(method, "GET") != 0)
        refuse(fd, "501 Not Implemented", false);
    closes = strcmp(version, "1.0") == 0 || strcasestr(head, "\nconnection: close");
    path[strcspn(path, "?")] = '\0';
    if (strcmp(path, "/") == 0)
        strcpy(path, "/index.html");
    file = decode(path) ? open_path(path) : -1;
    if (file < 0 || fstat(file, &about) < 0 || !S_ISREG(about.st_mode))
        refuse(fd, "404 Not Found", is_head);
    say(fd, line, (size_t)snprintf(line, sizeof line, "HTTP/1.1 200 Fine\r\ncontent-length: %lld\r\n\r\n",
        (long long)about.st_size));
    for (off_t left = is_head ? 0 : about.st_size; left > 0;) {
        alarm(30);
        ssize_t sent = sendfile(fd, file, NULL, left > 1 << 20 ? 1 << 20 : (size_t)left);
        if (sent <= 0)
            _exit(0);
        left -= sent;
    }
    close(file);
    if (closes)
        _exit(0);
}

static void serve(int fd)
{
    static char in[16384];
    size_t held = 0;

    for (;;) {
        char *end = memmem(in, held, "\r\n\r\n", 4);
        if (end) {
            is_busy = 1;
            *end = '\0';
            if (memchr(in, '\0', (size_t)(end - in)))
                refuse(fd, "400 Bad Request", false);
            answer(fd, in);
            held -= (size_t)(end + 4 - in);
            memmove(in, end + 4, held);
            is_busy = 0;
            if (is_told)
                _exit(0);
            continue;
        }
        if (held == sizeof in)
            refuse(fd, "431 Too Large", false);
        alarm(30);
        ssize_t got = read(fd, in + held, sizeof in - held);
        if (got <= 0)
            _exit(0);
        held += (size_t)got;
    }
}

int main(int argc, char **argv)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    int yes = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sigset_t ours;

    if (argc != 3)
        return 2;
    setpgid(0, 0);     /* SIGTERM is passed on to the group */
    sigemptyset(&ours);
    sigaddset(&ours, SIGTERM);
    sigaddset(&ours, SIGCHLD);
    sigprocmask(SIG_BLOCK, &ours, NULL);
    int signals = signalfd(-1, &ours, SFD_CLOEXEC | SFD_NONBLOCK);
    root = open(argv[2], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    address.sin_port = htons((uint16_t)atoi(argv[1]));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (root < 0 || bind(listener, (struct sockaddr *)&address, sizeof address) < 0
            || listen(listener, 1024) < 0)
        return 1;

    struct pollfd fds[] = {{.fd = listener, .events = POLLIN}, {.fd = signals, .events = POLLIN}};
    for (bool is_leaving = false; !is_leaving;) {
        struct signalfd_siginfo info;
        poll(fds, 2, -1);
        while (read(signals, &info, sizeof info) == sizeof info)
            is_leaving |= info.ssi_signo == SIGTERM;
        while (waitpid(-1, NULL, WNOHANG) > 0)
            ;
        if (is_leaving || !(fds[0].revents & POLLIN))
            continue;
        int fd = accept(listener, NULL, NULL);
        pid_t child = fd < 0 ? -1 : fork();
        if (child == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            signal(SIGTERM, told);
            signal(SIGPIPE, SIG_IGN);
            sigprocmask(SIG_UNBLOCK, &ours, NULL);
            close(listener);
            close(signals);
            serve(fd);
        }
        if (fd >= 0)
            close(fd);
    }

    close(listener);
    signal(SIGTERM, SIG_IGN);
    kill(0, SIGTERM);
    struct timespec second = {0, 100000000};
    sigdelset(&ours, SIGTERM);
    for (int tenth = 0; tenth < 8; tenth++) {
        pid_t gone;
        while ((gone = waitpid(-1, NULL, WNOHANG)) > 0)
            ;
        if (gone < 0)
            return 0;
        while (sigtimedwait(&ours, NULL, &second) > 0 && (gone = waitpid(-1, NULL, WNOHANG)) >= 0)
            ;
    }
    return 0;
}
