// Sends back what each client sends, and waits for none of them. Usage: steady PORT
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

// The most that is kept for a client that does not read.
#define BOUND (64 * 1024)

// ANCHOR: client
struct client {
    int fd;
    char owed[BOUND];  // What it sent and has not got back yet.
    size_t from, to;   // Which part of it.
    bool has_ended;    // Its FIN has come.
};
// ANCHOR_END: client

// ANCHOR: flush
// Sends what is owed, as far as there is room; false if the client is gone.
static bool flush(struct client *client) {
    while (client->from < client->to) {
        ssize_t sent = send(client->fd, client->owed + client->from,
                            client->to - client->from, MSG_NOSIGNAL);
        if (sent == -1 && errno == EINTR)
            continue;
        if (sent == -1)
            return errno == EAGAIN;
        client->from += (size_t)sent;
    }
    client->from = client->to = 0;
    return true;
}
// ANCHOR_END: flush

// ANCHOR: wanted
// What to wait for: to read while there is room for it, to write while something is owed.
static unsigned wanted(const struct client *client) {
    unsigned events = 0;
    if (client->to < BOUND && !client->has_ended)
        events |= EPOLLIN;
    if (client->from < client->to)
        events |= EPOLLOUT;
    return events;
}
// ANCHOR_END: wanted

// ANCHOR: ready
// Something may be read or written; false if it is time to close.
static bool on_ready(int epoll, struct client *client) {
    if (client->to < BOUND && !client->has_ended) {
        ssize_t got = recv(client->fd, client->owed + client->to, BOUND - client->to, 0);
        if (got == 0)
            client->has_ended = true;
        else if (got > 0)
            client->to += (size_t)got;
        else if (errno != EAGAIN && errno != EINTR)
            return false;
    }
    if (!flush(client) || (client->has_ended && client->to == 0))
        return false;
    struct epoll_event event = {.events = wanted(client), .data.ptr = client};
    return epoll_ctl(epoll, EPOLL_CTL_MOD, client->fd, &event) == 0;
}
// ANCHOR_END: ready

int main(int argc, char **argv) {
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int on = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons((unsigned short)(argc > 1 ? atoi(argv[1]) : 0)),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(listener, SOMAXCONN) != 0)
        return 1;
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN};
    epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);
    for (;;) {
        if (epoll_wait(epoll, &event, 1, -1) == -1)
            continue;
        struct client *client = event.data.ptr;
        if (client && !on_ready(epoll, client)) {
            close(client->fd);
            free(client);
        }
        if (client)
            continue;
        int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd == -1)
            continue;
        client = calloc(1, sizeof *client);
        if (!client)
            return 1;
        client->fd = fd;
        event = (struct epoll_event){.events = EPOLLIN, .data.ptr = client};
        epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
    }
}
