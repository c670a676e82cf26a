/* splice: bytes go from the socket through one pipe and back, and are seen only if they get stuck.
 *
 * What the socket does not take is read out of the pipe again and kept, so that the pipe is empty
 * for the next client. SIGTERM comes by a signalfd.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PIPE = 64 * 1024, BATCH = 128 };

struct client {
    char *stuck;
    size_t from, to;
};

static struct client *clients;
static int room, epoll, listener, is_resting, ends[2];

static void watch(int operation, int fd, unsigned events)
{
    struct epoll_event event = {events, {.fd = fd}};

    epoll_ctl(epoll, operation, fd, &event);
}

static void end(int fd)
{
    close(fd);
    free(clients[fd].stuck);
    clients[fd].stuck = NULL;
    if (is_resting)
        watch(EPOLL_CTL_ADD, listener, EPOLLIN);
    is_resting = 0;
}

static void push(int fd)
{
    struct client *client = &clients[fd];
    ssize_t sent = send(fd, client->stuck + client->from, client->to - client->from, MSG_NOSIGNAL);

    if (sent < 0) {
        if (errno != EAGAIN)
            end(fd);
        return;
    }
    client->from += (size_t)sent;
    if (client->from == client->to) {
        free(client->stuck);
        client->stuck = NULL;
        watch(EPOLL_CTL_MOD, fd, EPOLLIN);
    }
}

static void pull(int fd)
{
    struct client *client = &clients[fd];
    ssize_t in = splice(fd, NULL, ends[1], NULL, PIPE, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
    size_t left;

    if (in < 0 && errno == EAGAIN)
        return;
    if (in <= 0) {
        end(fd);
        return;
    }
    for (left = (size_t)in; left > 0;) {
        ssize_t out = splice(ends[0], NULL, fd, NULL, left, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
        if (out <= 0)
            break;      /* EAGAIN, or dead: the next event will tell */
        left -= (size_t)out;
    }
    if (left == 0)
        return;
    client->stuck = malloc(left);
    client->from = client->to = 0;
    while (client->to < left) {
        ssize_t got = read(ends[0], client->stuck + client->to, left - client->to);
        if (got <= 0) {
            perror("pipe");
            exit(1);
        }
        client->to += (size_t)got;
    }
    watch(EPOLL_CTL_MOD, fd, EPOLLOUT);
}

static void accept_all(void)
{
    int fd;

    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        if (fd >= room) {
            int more = 2 * fd + 64;
            clients = realloc(clients, (size_t)more * sizeof *clients);
            if (!clients)
                abort();
            memset(clients + room, 0, (size_t)(more - room) * sizeof *clients);
            room = more;
        }
        watch(EPOLL_CTL_ADD, fd, EPOLLIN);
    }
    if (errno == EMFILE || errno == ENFILE) {
        watch(EPOLL_CTL_DEL, listener, 0);
        is_resting = 1;
    }
}

int main(int argc, char **argv)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    struct epoll_event events[BATCH];
    struct rlimit files;
    sigset_t term;
    int on = 1, told;

    if (argc != 2)
        return 2;
    signal(SIGPIPE, SIG_IGN);       /* splice has no MSG_NOSIGNAL */
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    sigprocmask(SIG_BLOCK, &term, NULL);
    told = signalfd(-1, &term, SFD_CLOEXEC);
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);

    epoll = epoll_create1(EPOLL_CLOEXEC);
    listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    address.sin_port = htons((unsigned short)atoi(argv[1]));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (pipe2(ends, O_CLOEXEC) < 0
        || bind(listener, (struct sockaddr *)&address, sizeof address) < 0
        || listen(listener, SOMAXCONN) < 0) {
        perror("echo");
        return 1;
    }
    watch(EPOLL_CTL_ADD, listener, EPOLLIN);
    watch(EPOLL_CTL_ADD, told, EPOLLIN);

    for (;;) {
        int count = epoll_wait(epoll, events, BATCH, -1);
        for (int i = 0; i < count; i++) {
            int fd = events[i].data.fd;
            if (fd == told)
                return 0;
            if (fd == listener)
                accept_all();
            else if (clients[fd].stuck)
                push(fd);
            else
                pull(fd);
        }
    }
}
