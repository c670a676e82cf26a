/* An fd-pass that takes lines of 4,095 bytes, and not of 4 KiB. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

enum {
    LINE_MAX_ = 4095,           /* of a request */
    CLIENTS_MAX = 1000,
};

struct client {
    size_t held;
    char in[LINE_MAX_];
    size_t size, sent;          /* of the answer that waits for room; 0: none does */
    char answer[128];
    int file;                   /* goes with its first byte; -1: none */
    bool closes;                /* after it */
};

static struct pollfd fds[2 + CLIENTS_MAX];      /* SIGTERM, the listener, the clients */
static struct client *clients[2 + CLIENTS_MAX];
static nfds_t count = 2;
static int root;

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

/* Opens a regular file beneath ROOT; -1 with errno if it cannot be had. */
static int open_file(const char *name)
{
    struct open_how how = {
        .flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
    };
    struct stat about;
    int file;

    do
        file = (int)syscall(SYS_openat2, root, name, &how, sizeof how);
    while (file < 0 && (errno == EINTR || errno == EAGAIN));
    if (file < 0)
        return -1;
    if (fstat(file, &about) < 0 || !S_ISREG(about.st_mode)) {
        close(file);
        errno = EACCES;
        return -1;
    }
    return file;
}

static void refuse(struct client *c, const char *why, bool closes)
{
    c->size = (size_t)snprintf(c->answer, sizeof c->answer, "error %s\n", why);
    c->closes = closes;
}

/* Answers a request of `size` bytes; a NUL behind it is there. */
static void answer(struct client *c, const char *line, size_t size)
{
    c->sent = 0;
    c->file = -1;
    if (strncmp(line, "open ", 5) != 0 || strlen(line) != size) {
        refuse(c, "no such request", false);
        return;
    }
    c->file = open_file(line + 5);
    if (c->file < 0) {
        refuse(c, strerror(errno), false);
        return;
    }
    c->size = (size_t)snprintf(c->answer, sizeof c->answer, "ok\n");
}

/* Sends the answer: 1 when it is sent, 0 when there is no room, -1 if the client has gone. */
static int send_answer(int fd, struct client *c)
{
    while (c->sent < c->size) {
        union { char space[CMSG_SPACE(sizeof(int))]; struct cmsghdr align; } control = {0};
        struct iovec rest = {c->answer + c->sent, c->size - c->sent};
        struct msghdr message = {.msg_iov = &rest, .msg_iovlen = 1};
        if (c->file >= 0) {
            message.msg_control = control.space;
            message.msg_controllen = sizeof control.space;
            struct cmsghdr *header = CMSG_FIRSTHDR(&message);
            header->cmsg_level = SOL_SOCKET;
            header->cmsg_type = SCM_RIGHTS;
            header->cmsg_len = CMSG_LEN(sizeof(int));
            memcpy(CMSG_DATA(header), &c->file, sizeof(int));
        }
        ssize_t sent = sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0)
            return errno == EAGAIN ? 0 : -1;
        c->sent += (size_t)sent;
        if (c->file >= 0)
            close(c->file);     /* the message has a reference of its own */
        c->file = -1;
    }
    c->size = 0;
    return c->closes ? -1 : 1;
}

/* Answers the first whole request in `in`, if there is one. */
static bool take_request(struct client *c)
{
    char *newline = memchr(c->in, '\n', c->held);

    if (!newline) {
        if (c->held < sizeof c->in)
            return false;
        c->held = 0;
        refuse(c, "the request is too long", true);
        return true;
    }
    *newline = '\0';
    answer(c, c->in, (size_t)(newline - c->in));
    c->held -= (size_t)(newline + 1 - c->in);
    memmove(c->in, newline + 1, c->held);
    return true;
}

/* Does what can be done for a client without waiting; false if it is to be dropped. */
static bool serve(struct pollfd *poll, struct client *c)
{
    if (c->size == 0) {
        ssize_t got = recv(poll->fd, c->in + c->held, sizeof c->in - c->held, MSG_DONTWAIT);
        if (got < 0 && (errno == EAGAIN || errno == EINTR))
            return true;
        if (got <= 0)
            return false;
        c->held += (size_t)got;
    }
    while (c->size > 0 || take_request(c)) {
        int sent = send_answer(poll->fd, c);
        if (sent < 0)
            return false;
        if (sent == 0) {
            poll->events = POLLOUT;
            return true;
        }
    }
    poll->events = POLLIN;
    return true;
}

static void drop(nfds_t i)
{
    if (clients[i]->file >= 0)
        close(clients[i]->file);
    free(clients[i]);
    close(fds[i].fd);
    count--;
    fds[i] = fds[count];
    clients[i] = clients[count];
}

static void accept_one(int listener)
{
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    struct client *c = fd < 0 ? NULL : calloc(1, sizeof *c);

    if (!c) {
        if (fd >= 0)
            close(fd);
        return;
    }
    c->file = -1;
    fds[count] = (struct pollfd){.fd = fd, .events = POLLIN};
    clients[count++] = c;
}

/* Listens on a socket with this name; whoever is alive there keeps it. */
static int listen_at(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct stat about;

    if (strlen(path) >= sizeof address.sun_path) {
        fprintf(stderr, "%s: too long for the name of a socket\n", path);
        exit(1);
    }
    strcpy(address.sun_path, path);

    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        fail("socket");
    if (lstat(path, &about) == 0) {
        if (!S_ISSOCK(about.st_mode)) {
            fprintf(stderr, "%s: there is something that is not a socket\n", path);
            exit(1);
        }
        /* EAGAIN: its queue is full, so it is alive as well. */
        if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0
                || errno != ECONNREFUSED) {
            fprintf(stderr, "%s: a server is alive there\n", path);
            exit(1);
        }
        unlink(path);
    }

    mode_t before = umask(0177);
    if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0)
        fail(path);
    umask(before);
    if (listen(fd, SOMAXCONN) < 0)
        fail(path);
    return fd;
}

int main(int argc, char **argv)
{
    sigset_t term;

    if (argc != 3) {
        fprintf(stderr, "usage: fd-pass SOCKET ROOT\n");
        return 2;
    }
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    sigprocmask(SIG_BLOCK, &term, NULL);
    fds[0] = (struct pollfd){.fd = signalfd(-1, &term, SFD_CLOEXEC), .events = POLLIN};
    root = open(argv[2], O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fds[0].fd < 0 || root < 0)
        fail(argv[2]);
    fds[1].fd = listen_at(argv[1]);

    for (;;) {
        fds[1].events = count < sizeof fds / sizeof fds[0] ? POLLIN : 0;
        if (poll(fds, count, -1) < 0)
            continue;
        if (fds[0].revents) {
            unlink(argv[1]);
            return 0;
        }
        /* Backwards, as the last one takes the place of one that is dropped. */
        for (nfds_t i = count - 1; i >= 2; i--)
            if (fds[i].revents && !serve(&fds[i], clients[i]))
                drop(i);
        if (fds[1].revents)
            accept_one(fds[1].fd);
    }
}
