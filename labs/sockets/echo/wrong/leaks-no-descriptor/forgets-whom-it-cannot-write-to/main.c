/* echo. The mistake: a connection on which what was held cannot be sent is not closed. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CHUNK = 64 * 1024, BATCH = 256, RETRY_MS = 1000 };

struct connection {
    char *held;             /* read and not yet sent; as a rule NULL */
    size_t size, sent;
};

static struct connection *connections;      /* by descriptor */
static size_t room;
static int epoll, listener;
static bool is_resting;     /* out of descriptors: the listener is not watched */

static void fail(const char *what)
{
    fprintf(stderr, "echo: %s: %s\n", what, strerror(errno));
    exit(1);
}

static int watch(int operation, int fd, unsigned events)
{
    struct epoll_event event = {.events = events, .data.fd = fd};

    return epoll_ctl(epoll, operation, fd, &event);
}

static void rest(void)
{
    if (watch(EPOLL_CTL_DEL, listener, 0) < 0)
        fail("epoll_ctl");
    is_resting = true;
}

static void wake(void)
{
    if (is_resting && watch(EPOLL_CTL_ADD, listener, EPOLLIN) < 0)
        fail("epoll_ctl");
    is_resting = false;
}

static void finish(int fd)
{
    free(connections[fd].held);
    connections[fd].held = NULL;
    close(fd);              /* leaves the epoll set, too */
    wake();
}

static void start(int fd)
{
    if ((size_t)fd >= room) {
        size_t more = 2 * (size_t)fd + 64;
        struct connection *grown = realloc(connections, more * sizeof *grown);
        if (!grown) {
            close(fd);
            return;
        }
        memset(grown + room, 0, (more - room) * sizeof *grown);
        connections = grown;
        room = more;
    }
    if (watch(EPOLL_CTL_ADD, fd, EPOLLIN) < 0)
        close(fd);
}

static void accept_all(void)
{
    for (;;) {
        int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) {
            start(fd);
            continue;
        }
        switch (errno) {
        case EINTR:
        case ECONNABORTED:  /* the client has left the queue again */
            continue;
        case EMFILE:
        case ENFILE:
        case ENOBUFS:
        case ENOMEM:
            rest();
            return;
        default:            /* EAGAIN, and what accept(2) says to treat like it */
            return;
        }
    }
}

/* Sends what it can; returns how much, or -1 if the connection is dead. */
static ssize_t send_some(int fd, const char *bytes, size_t size)
{
    ssize_t sent = send(fd, bytes, size, MSG_NOSIGNAL);

    if (sent < 0 && (errno == EAGAIN || errno == EINTR))
        return 0;
    return sent;
}

static void write_to(int fd)
{
    struct connection *to = &connections[fd];
    ssize_t sent = send_some(fd, to->held + to->sent, to->size - to->sent);

    if (sent < 0) {
        free(to->held);
        to->held = NULL;
        watch(EPOLL_CTL_DEL, fd, 0);
        return;
    }
    to->sent += (size_t)sent;
    if (to->sent == to->size) {
        free(to->held);
        to->held = NULL;
        if (watch(EPOLL_CTL_MOD, fd, EPOLLIN) < 0)
            finish(fd);
    }
}

static void read_from(int fd)
{
    static char chunk[CHUNK];
    struct connection *from = &connections[fd];
    ssize_t got = recv(fd, chunk, sizeof chunk, 0);

    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got <= 0) {         /* end of input, with nothing held; or an error */
        finish(fd);
        return;
    }
    ssize_t sent = send_some(fd, chunk, (size_t)got);
    if (sent == got)
        return;
    if (sent >= 0 && (from->held = malloc((size_t)(got - sent))) != NULL) {
        from->size = (size_t)(got - sent);
        from->sent = 0;
        memcpy(from->held, chunk + sent, from->size);
        if (watch(EPOLL_CTL_MOD, fd, EPOLLOUT) == 0)
            return;
    }
    finish(fd);
}

static void listen_on(const char *port)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons((unsigned short)atoi(port)),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    int on = 1;

    listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    /* Connections of an earlier run may be in TIME_WAIT on this port. */
    if (listener < 0 || setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0
        /* Inherited by what is accepted: small answers go out at once. */
        || setsockopt(listener, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) < 0
        || bind(listener, (struct sockaddr *)&address, sizeof address) < 0
        || listen(listener, SOMAXCONN) < 0)
        fail(port);
}

static void raise_limit(void)
{
    struct rlimit files;

    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);   /* if not: fewer clients at once */
    }
}

int main(int argc, char **argv)
{
    struct epoll_event events[BATCH];
    sigset_t stop;
    int signals;

    if (argc != 2) {
        fprintf(stderr, "usage: echo PORT\n");
        return 2;
    }
    sigemptyset(&stop);
    sigaddset(&stop, SIGTERM);
    sigaddset(&stop, SIGINT);
    sigprocmask(SIG_BLOCK, &stop, NULL);
    signals = signalfd(-1, &stop, SFD_CLOEXEC);
    epoll = epoll_create1(EPOLL_CLOEXEC);
    if (signals < 0 || epoll < 0)
        fail("start");
    raise_limit();
    listen_on(argv[1]);
    if (watch(EPOLL_CTL_ADD, signals, EPOLLIN) < 0 || watch(EPOLL_CTL_ADD, listener, EPOLLIN) < 0)
        fail("epoll_ctl");

    for (;;) {
        int count = epoll_wait(epoll, events, BATCH, is_resting ? RETRY_MS : -1);
        if (count < 0 && errno != EINTR)
            fail("epoll_wait");
        if (count == 0)
            wake();
        for (int i = 0; i < count; i++) {
            int fd = events[i].data.fd;
            if (fd == signals)
                return 0;   /* the kernel closes what is open */
            else if (fd == listener)
                accept_all();
            else if (connections[fd].held)
                write_to(fd);
            else
                read_from(fd);
        }
    }
}
