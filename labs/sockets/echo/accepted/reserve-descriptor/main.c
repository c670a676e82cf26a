/* Out of descriptors, a client is accepted with one that was kept for this, and closed at once.
 *
 * That is what libuv does: nobody waits in vain in the queue, and the listener is never ready for
 * longer than it takes to turn everyone away.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

enum { BLOCK = 4096, BATCH = 128 };

/* A ring of bytes: read into what is free, written from what is used, both with two iovecs. */
struct client {
    int fd;
    size_t start, used;
    unsigned asked;
    bool has_ended;
    char ring[BLOCK];
};

static int epoll, listener, reserve;

static void leave(int signum)
{
    (void)signum;
    _exit(0);
}

static int spans(struct iovec *spans, char *ring, size_t start, size_t size)
{
    size_t first = start + size > BLOCK ? BLOCK - start : size;

    spans[0] = (struct iovec){ring + start, first};
    spans[1] = (struct iovec){ring, size - first};
    return spans[1].iov_len ? 2 : 1;
}

/* False if it has ended. */
static bool serve(struct client *client, unsigned events)
{
    struct iovec at[2];

    if (events & (EPOLLIN | EPOLLERR | EPOLLHUP)) {
        size_t end = (client->start + client->used) % BLOCK;
        ssize_t got = readv(client->fd, at, spans(at, client->ring, end, BLOCK - client->used));
        if (got < 0 && errno != EAGAIN)
            return false;
        if (got == 0 && client->used < BLOCK)
            client->has_ended = true;
        if (got > 0)
            client->used += (size_t)got;
    }
    if (client->used > 0) {
        struct msghdr message = {.msg_iov = at};
        message.msg_iovlen = (size_t)spans(at, client->ring, client->start, client->used);
        ssize_t sent = sendmsg(client->fd, &message, MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN)
            return false;
        if (sent > 0) {
            client->start = (client->start + (size_t)sent) % BLOCK;
            client->used -= (size_t)sent;
        }
    }
    if (client->has_ended && client->used == 0)
        return false;
    bool has_room = !client->has_ended && client->used < BLOCK;
    unsigned wanted = (client->used ? EPOLLOUT : 0) | (has_room ? EPOLLIN : 0);
    if (wanted != client->asked) {
        struct epoll_event event = {wanted, {.ptr = client}};
        epoll_ctl(epoll, EPOLL_CTL_MOD, client->fd, &event);
        client->asked = wanted;
    }
    return true;
}

static void accept_one(void)
{
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);

    if (fd < 0 && errno == EMFILE && reserve >= 0) {
        close(reserve);
        fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
        if (fd >= 0)
            close(fd);
        reserve = open("/dev/null", O_RDONLY);
        return;
    }
    if (fd < 0)
        return;
    struct client *client = malloc(sizeof *client);
    struct epoll_event event = {EPOLLIN, {.ptr = client}};
    if (!client || epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0) {
        free(client);
        close(fd);
        return;
    }
    client->fd = fd;
    client->start = client->used = 0;
    client->asked = EPOLLIN;
    client->has_ended = false;
}

int main(int argc, char **argv)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    struct epoll_event events[BATCH], event = {EPOLLIN, {.ptr = NULL}};
    struct rlimit files;
    int on = 1;

    if (argc != 2)
        return 2;
    signal(SIGTERM, leave);
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    reserve = open("/dev/null", O_RDONLY);

    epoll = epoll_create1(0);
    listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    address.sin_port = htons((unsigned short)atoi(argv[1]));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0
        || listen(listener, SOMAXCONN) < 0
        || epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event) < 0) {
        perror("echo");
        return 1;
    }
    for (;;) {
        int count = epoll_wait(epoll, events, BATCH, -1);
        for (int i = 0; i < count; i++) {
            struct client *client = events[i].data.ptr;
            if (!client) {
                accept_one();
            } else if (!serve(client, events[i].events)) {
                close(client->fd);
                free(client);
            }
        }
    }
}
