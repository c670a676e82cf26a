/* `echo serve PORT`: an echo server with one epoll loop; ends when its input does.
 * `echo load PORT CONNECTIONS EXCHANGES`: keeps one message in flight on each connection, and
 * prints how many exchanges a second it had. See epoll(7).
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static void die(const char *what) { perror(what); exit(1); }

static int tcp(struct sockaddr_in *at, const char *port)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

    if (fd < 0)
        die("socket");
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    *at = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(atoi(port)),
                               .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    return fd;
}

static void watch(int epoll, int fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};

    if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0)
        die("epoll_ctl");
}

static int serve(const char *port)
{
    struct sockaddr_in at;
    struct epoll_event events[64];
    char buffer[512];
    int listener = tcp(&at, port), epoll = epoll_create1(EPOLL_CLOEXEC);

    if (bind(listener, (void *)&at, sizeof at) < 0 || listen(listener, 128) < 0)
        die("listen");
    watch(epoll, listener);
    watch(epoll, 0);
    if (write(1, "ready\n", 6) < 0)
        die("write");
    for (;;) {
        int ready = epoll_wait(epoll, events, 64, -1);
        for (int i = 0; i < ready; i++) {
            int fd = events[i].data.fd;
            if (fd == 0)
                return 0;
            if (fd == listener) {
                watch(epoll, accept4(listener, NULL, NULL, SOCK_CLOEXEC));
                continue;
            }
            ssize_t got = read(fd, buffer, sizeof buffer);
            if (got <= 0 || write(fd, buffer, got) != got)
                close(fd);
        }
    }
}

static int load(const char *port, int connections, long exchanges)
{
    struct sockaddr_in at;
    struct epoll_event events[64];
    struct timespec begin, end;
    char buffer[64] = {0};
    int epoll = epoll_create1(EPOLL_CLOEXEC), on = 1;

    clock_gettime(CLOCK_MONOTONIC, &begin);
    for (int i = 0; i < connections; i++) {
        int fd = tcp(&at, port);
        if (connect(fd, (void *)&at, sizeof at) < 0)
            die("connect");
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        watch(epoll, fd);
        if (write(fd, buffer, sizeof buffer) < 0)
            die("write");
    }
    for (long done = 0; done < exchanges;) {
        int ready = epoll_wait(epoll, events, 64, -1);
        for (int i = 0; i < ready; i++, done++) {
            int fd = events[i].data.fd;
            if (read(fd, buffer, sizeof buffer) <= 0 || write(fd, buffer, sizeof buffer) < 0)
                die("exchange");
        }
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
    printf("%.0f\n", exchanges / (end.tv_sec - begin.tv_sec + (end.tv_nsec - begin.tv_nsec) / 1e9));
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 3 && !strcmp(argv[1], "serve"))
        return serve(argv[2]);
    if (argc == 5 && !strcmp(argv[1], "load"))
        return load(argv[2], atoi(argv[3]), atol(argv[4]));
    fprintf(stderr, "usage: echo serve PORT | echo load PORT CONNECTIONS EXCHANGES\n");
    return 2;
}
