/* Edge-triggered epoll, read to EAGAIN and written to EAGAIN; SIGTERM is let in by epoll_pwait.
 *
 * EPOLLIN and EPOLLOUT are asked for once and for all. An edge of either kind lets the connection
 * go on until a call says EAGAIN; which kind it was does not matter.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CHUNK = 4096, BATCH = 64 };

struct client {
    int fd;
    size_t from, to;
    char held[CHUNK];
};

static volatile sig_atomic_t stop;
static bool is_full;

static void note(int signum)
{
    stop = signum;
}

/* Until EAGAIN; false if it has ended. */
static bool go_on(struct client *client)
{
    for (;;) {
        if (client->from == client->to) {
            ssize_t got = read(client->fd, client->held, CHUNK);
            if (got < 0 && errno == EINTR)
                continue;
            if (got < 0 && errno == EAGAIN)
                return true;
            if (got <= 0)
                return false;
            client->from = 0;
            client->to = (size_t)got;
        }
        ssize_t put = write(client->fd, client->held + client->from, client->to - client->from);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return errno == EAGAIN;
        client->from += (size_t)put;
    }
}

static void accept_all(int epoll, int listener)
{
    is_full = false;
    for (;;) {
        int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
        if (fd < 0) {
            if (errno == EINTR || errno == ECONNABORTED)
                continue;
            is_full = errno != EAGAIN;
            return;
        }
        struct client *client = calloc(1, sizeof *client);
        struct epoll_event event = {EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, {.ptr = client}};
        if (!client || epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0) {
            free(client);
            close(fd);
            continue;
        }
        client->fd = fd;
    }
}

int main(int argc, char **argv)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    struct sigaction action = {.sa_handler = note};
    struct epoll_event events[BATCH];
    struct rlimit files;
    sigset_t term, before;
    int on = 1;

    if (argc != 2)
        return 2;
    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    sigprocmask(SIG_BLOCK, &term, &before);
    sigaction(SIGTERM, &action, NULL);
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);

    int epoll = epoll_create1(0);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    struct epoll_event event = {EPOLLIN | EPOLLET, {.ptr = NULL}};
    address.sin_port = htons((unsigned short)atoi(argv[1]));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0
        || listen(listener, SOMAXCONN) < 0
        || epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event) < 0) {
        perror("echo");
        return 1;
    }

    while (!stop) {
        /* The only moment at which SIGTERM is let in. */
        int count = epoll_pwait(epoll, events, BATCH, is_full ? 1000 : -1, &before);
        bool has_room = count == 0;
        for (int i = 0; i < count; i++) {
            struct client *client = events[i].data.ptr;
            if (!client) {
                has_room = true;
            } else if (!go_on(client)) {
                close(client->fd);
                free(client);
                has_room |= is_full;
            }
        }
        if (has_room)
            accept_all(epoll, listener);
    }
    return 0;
}
