/* file-server PORT ROOT. Dots are looked for, and links are not. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/sendfile.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
    REQUEST_MAX = 8 * 1024,       /* of a request */
    PIECE = 1024 * 1024,        /* of a file, in one turn */
};

struct connection {
    int fd;
    uint32_t events;            /* that epoll tells us of */
    size_t held;
    char in[REQUEST_MAX];
    size_t out_size, out_sent;
    char out[128];
    int file;                   /* whose bytes follow `out`; -1: none */
    off_t offset, end;
};

static int epoll, listener, root;
static bool is_full;

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static void wait_for(struct connection *c, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = c};

    if (c->events != events)
        epoll_ctl(epoll, EPOLL_CTL_MOD, c->fd, &event);
    c->events = events;
}

static void listen_on(bool wanted)
{
    struct epoll_event event = {.events = wanted ? EPOLLIN : 0, .data.ptr = &listener};
    epoll_ctl(epoll, EPOLL_CTL_MOD, listener, &event);
    is_full = !wanted;
}

static void drop(struct connection *c)
{
    if (c->file >= 0)
        close(c->file);
    close(c->fd);
    free(c);
    if (is_full)
        listen_on(true);
}

/* Opens a file by a name that may not lead out of ROOT; says why not. */
static int open_beneath(const char *name, off_t *size, const char **why)
{
    struct open_how how = {
        .flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK,     /* a FIFO would make us wait */
    };
    struct stat about;
    int file = *name == '/' || strncmp(name, "../", 3) == 0 || strstr(name, "/../") ? -1 : (int)syscall(SYS_openat2, root, *name ? name : ".", &how, sizeof how);

    if (file < 0) {
        *why = strerror(errno);
        return -1;
    }
    if (fstat(file, &about) < 0 || !S_ISREG(about.st_mode)) {
        close(file);
        *why = "not a file";
        return -1;
    }
    *size = about.st_size;
    return file;
}

/* Begins the answer to the first request in `in`, if the whole of it has come; -1: it is none. */
static int take_request(struct connection *c)
{
    char *end = memchr(c->in, '\n', c->held);
    const char *why = NULL;
    off_t size = 0;

    if (!end)
        return c->held < sizeof c->in ? 0 : -1;
    *end = '\0';
    if (strncmp(c->in, "GET ", 4) != 0)
        why = "what is that?";
    else if (strlen(c->in) != (size_t)(end - c->in))
        why = "no name has a NUL in it";
    else
        c->file = open_beneath(c->in + 4, &size, &why);
    c->held -= (size_t)(end + 1 - c->in);
    memmove(c->in, end + 1, c->held);

    c->offset = 0;
    c->end = size;
    c->out_sent = 0;
    c->out_size = (size_t)(why
        ? snprintf(c->out, sizeof c->out, "ERR %s\n", why)
        : snprintf(c->out, sizeof c->out, "OK %lld\n", (long long)size));
    return 1;
}

static void finish(struct connection *c)
{
    if (c->file >= 0)
        close(c->file);
    c->file = -1;
    c->out_size = 0;
}

/* Sends more of the answer: 1 when it is sent, 0 when there is more, -1 if that is the end. */
static int send_answer(struct connection *c)
{
    while (c->out_sent < c->out_size) {
        int flags = MSG_NOSIGNAL | (c->offset < c->end ? MSG_MORE : 0);
        ssize_t sent = send(c->fd, c->out + c->out_sent, c->out_size - c->out_sent, flags);
        if (sent < 0)
            return errno == EAGAIN || errno == EINTR ? 0 : -1;
        c->out_sent += (size_t)sent;
    }
    if (c->offset < c->end) {
        off_t left = c->end - c->offset;
        ssize_t sent = sendfile(c->fd, c->file, &c->offset, left < PIECE ? (size_t)left : PIECE);
        if (sent < 0 && (errno == EAGAIN || errno == EINTR))
            return 0;
        if (sent <= 0)
            return -1;          /* 0: the file has become shorter than we said */
        if (c->offset < c->end)
            return 0;
    }
    finish(c);
    return 1;
}

/* Does what can be done for a connection without waiting. */
static void serve(struct connection *c)
{
    int sent = 1;

    if (c->out_size == 0) {
        ssize_t got = recv(c->fd, c->in + c->held, sizeof c->in - c->held, 0);
        if (got < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        if (got <= 0) {
            drop(c);
            return;
        }
        c->held += (size_t)got;
    }
    for (;;) {
        if (c->out_size > 0)
            sent = send_answer(c);
        if (sent == 0) {
            wait_for(c, EPOLLOUT);
            return;
        }
        int taken = sent < 0 ? -1 : take_request(c);
        if (taken < 0) {
            drop(c);
            return;
        }
        if (taken == 0) {
            wait_for(c, EPOLLIN);
            return;
        }
    }
}

static void accept_all(void)
{
    int fd;

    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        struct connection *c = calloc(1, sizeof *c);
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
        if (!c || epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0) {
            free(c);
            close(fd);
            continue;
        }
        c->fd = fd;
        c->events = EPOLLIN;
        c->file = -1;
    }
    if (errno == EMFILE || errno == ENFILE)
        listen_on(false);       /* until a connection ends; the others wait in the queue */
}

static int listen_at(const char *port)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)atoi(port)),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    int yes = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) < 0
            || bind(fd, (struct sockaddr *)&address, sizeof address) < 0
            || listen(fd, SOMAXCONN) < 0)
        fail(port);
    return fd;
}

int main(int argc, char **argv)
{
    struct epoll_event events[64];
    sigset_t term;

    if (argc != 3) {
        fprintf(stderr, "usage: file-server PORT ROOT\n");
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);   /* sendfile has no MSG_NOSIGNAL */
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    sigprocmask(SIG_BLOCK, &term, NULL);

    int signals = signalfd(-1, &term, SFD_CLOEXEC | SFD_NONBLOCK);
    epoll = epoll_create1(EPOLL_CLOEXEC);
    root = open(argv[2], O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (signals < 0 || epoll < 0 || root < 0)
        fail(argv[2]);
    listener = listen_at(argv[1]);
    struct epoll_event on_signal = {.events = EPOLLIN, .data.ptr = NULL};
    struct epoll_event on_client = {.events = EPOLLIN, .data.ptr = &listener};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, signals, &on_signal) < 0
            || epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &on_client) < 0)
        fail("epoll");

    for (;;) {
        int count = epoll_wait(epoll, events, 64, -1);
        for (int i = 0; i < count; i++) {
            if (events[i].data.ptr == NULL)
                return 0;       /* SIGTERM: whoever gets less than was promised sees it */
            if (events[i].data.ptr == &listener)
                accept_all();
            else
                serve(events[i].data.ptr);
        }
    }
}
