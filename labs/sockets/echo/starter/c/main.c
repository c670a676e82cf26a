/* echo PORT: send back what each connection sends.
 *
 * This starter serves a handful of polite clients. It promises what it cannot keep: follow the
 * TODOs.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CHUNK = 64 * 1024 };

/* TODO: how many descriptors may this process have, and who decides? */
enum { CLIENTS = 1000 };

static struct pollfd watched[1 + CLIENTS];     /* the first one is the listener */
static nfds_t count;

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static int listen_on(const char *port)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons((unsigned short)atoi(port)),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    /* TODO: an earlier run may have left connections behind. Will bind have the port all the same? */
    if (listener < 0
        || bind(listener, (struct sockaddr *)&address, sizeof address) < 0
        || listen(listener, SOMAXCONN) < 0)
        fail(port);
    return listener;
}

static void watch(int fd)
{
    watched[count++] = (struct pollfd){.fd = fd, .events = POLLIN};
}

static void forget(nfds_t index)
{
    close(watched[index].fd);
    watched[index] = watched[--count];
}

static void accept_one(int listener)
{
    /* TODO: what if there is no descriptor left? Is the listener less ready then? */
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    if (fd < 0)
        fail("accept");
    if (count > CLIENTS)
        close(fd);
    else
        watch(fd);
}

static void serve(nfds_t index)
{
    static char chunk[CHUNK];
    int fd = watched[index].fd;

    ssize_t got = recv(fd, chunk, sizeof chunk, 0);
    if (got < 0)
        fail("recv");   /* TODO: whose failure is it, and who should end? */
    if (got == 0) {
        forget(index);
        return;
    }
    /* TODO: the client may not be reading. Who waits for it here? */
    /* TODO: if nobody waits for it, where is the rest kept? And how much of it? */
    /* TODO: the client may be gone. What does the kernel send to a program that writes then? */
    if (send(fd, chunk, (size_t)got, 0) < got)
        fail("send");
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: echo PORT\n");
        return 2;
    }
    /* TODO: SIGTERM ends this program, and not with status 0. */
    int listener = listen_on(argv[1]);
    watch(listener);

    for (;;) {
        /* TODO: what does poll cost with ten thousand clients of which one has said something? */
        if (poll(watched, count, -1) < 0)
            fail("poll");
        /* From the last to the first: whoever is forgotten is replaced by one that had its turn. */
        for (nfds_t index = count - 1; index > 0; index--)
            if (watched[index].revents)
                serve(index);
        if (watched[0].revents)
            accept_one(listener);
    }
}
