/* No descriptor is made non-blocking: MSG_DONTWAIT says it call by call.
 *
 * accept has no such flag. It is called once for each time that the listener is ready, and on Linux
 * a client that has left the queue's front again is still handed out, so it does not block here.
 * sigtimedwait by a thread looks after SIGTERM.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CHUNK = 32 * 1024, MOST = 1 << 20 };

static struct { char *bytes; size_t from, to; } held[MOST];
static int epoll, listener, is_watched;

static void *wait_for_sigterm(void *set)
{
    int signum;

    while (sigwait(set, &signum) != 0)
        ;
    _exit(0);
}

static void watch(int operation, int fd, unsigned events)
{
    struct epoll_event event = {events, {.fd = fd}};

    if (epoll_ctl(epoll, operation, fd, &event) < 0)
        perror("epoll_ctl");
}

static void watch_listener(int wanted)
{
    if (wanted != is_watched)
        watch(wanted ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, listener, EPOLLIN);
    is_watched = wanted;
}

static int serve(int fd)
{
    char chunk[CHUNK];
    ssize_t got, sent;

    if (held[fd].bytes) {
        sent = send(fd, held[fd].bytes + held[fd].from, held[fd].to - held[fd].from,
                    MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent < 0)
            return errno == EAGAIN || errno == EINTR;
        held[fd].from += (size_t)sent;
        if (held[fd].from == held[fd].to) {
            free(held[fd].bytes);
            held[fd].bytes = NULL;
            watch(EPOLL_CTL_MOD, fd, EPOLLIN);
        }
        return 1;
    }
    got = recv(fd, chunk, sizeof chunk, MSG_DONTWAIT);
    if (got < 0)
        return errno == EAGAIN || errno == EINTR;
    if (got == 0)
        return 0;
    sent = send(fd, chunk, (size_t)got, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN && errno != EINTR)
        return 0;
    if (sent < 0)
        sent = 0;
    if (sent < got) {
        held[fd].from = 0;
        held[fd].to = (size_t)(got - sent);
        held[fd].bytes = malloc(held[fd].to);
        if (!held[fd].bytes)
            return 0;
        memcpy(held[fd].bytes, chunk + sent, held[fd].to);
        watch(EPOLL_CTL_MOD, fd, EPOLLOUT);
    }
    return 1;
}

int main(int argc, char **argv)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    struct epoll_event events[256];
    struct rlimit files;
    static sigset_t term;
    pthread_t thread;
    int on = 1;

    if (argc != 2)
        return 2;
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &term, NULL);
    pthread_create(&thread, NULL, wait_for_sigterm, &term);
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max < MOST ? files.rlim_max : MOST;
    setrlimit(RLIMIT_NOFILE, &files);

    epoll = epoll_create1(0);
    listener = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    address.sin_port = htons((unsigned short)atoi(argv[1]));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0
        || listen(listener, SOMAXCONN) < 0) {
        perror("echo");
        return 1;
    }
    watch_listener(1);

    for (;;) {
        int count = epoll_wait(epoll, events, 256, is_watched ? -1 : 500);
        if (count == 0)
            watch_listener(1);
        for (int i = 0; i < count; i++) {
            int fd = events[i].data.fd;
            if (fd != listener) {
                if (serve(fd))
                    continue;
                free(held[fd].bytes);
                held[fd].bytes = NULL;
                close(fd);
                watch_listener(1);
                continue;
            }
            fd = accept(listener, NULL, NULL);
            if (fd >= 0)
                watch(EPOLL_CTL_ADD, fd, EPOLLIN);
            else if (errno == EMFILE || errno == ENFILE)
                watch_listener(0);
        }
    }
}
