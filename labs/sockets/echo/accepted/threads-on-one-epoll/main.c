/* Four threads wait on the same epoll; EPOLLONESHOT gives a connection to one of them at a time.
 *
 * The signal is blocked in all of them, and the main thread waits for it with sigwait.
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

enum { THREADS = 4, CHUNK = 64 * 1024 };

struct client {
    int fd;
    char *held;
    size_t from, to;
};

static int epoll, listener;
/* Out of descriptors the listener stays disarmed until somebody leaves. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int is_resting;

static void arm(int operation, int fd, unsigned events, void *who)
{
    struct epoll_event event = {events | EPOLLONESHOT, {.ptr = who}};

    if (epoll_ctl(epoll, operation, fd, &event) < 0)
        perror("epoll_ctl");
}

static void end(struct client *client)
{
    free(client->held);
    pthread_mutex_lock(&lock);
    close(client->fd);
    if (is_resting)
        arm(EPOLL_CTL_MOD, listener, EPOLLIN, NULL);
    is_resting = 0;
    pthread_mutex_unlock(&lock);
    free(client);
}

static void serve(struct client *client, char *chunk)
{
    if (!client->held) {
        ssize_t got = recv(client->fd, chunk, CHUNK, 0);
        if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) {
            end(client);
            return;
        }
        if (got < 0)
            got = 0;
        client->from = 0;
        client->to = (size_t)got;
    }
    char *bytes = client->held ? client->held : chunk;
    if (client->from < client->to) {
        ssize_t sent = send(client->fd, bytes + client->from, client->to - client->from,
                            MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN && errno != EINTR) {
            end(client);
            return;
        }
        client->from += sent > 0 ? (size_t)sent : 0;
    }
    if (client->from == client->to) {
        free(client->held);
        client->held = NULL;
        arm(EPOLL_CTL_MOD, client->fd, EPOLLIN, client);
    } else {
        if (!client->held) {
            client->held = malloc(client->to);
            if (!client->held) {
                end(client);
                return;
            }
            memcpy(client->held, chunk, client->to);
        }
        arm(EPOLL_CTL_MOD, client->fd, EPOLLOUT, client);
    }
}

static void accept_all(void)
{
    pthread_mutex_lock(&lock);
    for (;;) {
        int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
        if (fd < 0)
            break;
        struct client *client = calloc(1, sizeof *client);
        client->fd = fd;
        arm(EPOLL_CTL_ADD, fd, EPOLLIN, client);
    }
    if (errno == EMFILE || errno == ENFILE)
        is_resting = 1;
    else
        arm(EPOLL_CTL_MOD, listener, EPOLLIN, NULL);
    pthread_mutex_unlock(&lock);
}

static void *work(void *nothing)
{
    char *chunk = malloc(CHUNK);
    struct epoll_event event;

    (void)nothing;
    for (;;) {
        if (epoll_wait(epoll, &event, 1, -1) != 1)
            continue;
        if (event.data.ptr)
            serve(event.data.ptr, chunk);
        else
            accept_all();
    }
    return NULL;
}

int main(int argc, char **argv)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    struct rlimit files;
    sigset_t term;
    pthread_t thread;
    int on = 1, signum;

    if (argc != 2)
        return 2;
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &term, NULL);
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);

    epoll = epoll_create1(0);
    listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    address.sin_port = htons((unsigned short)atoi(argv[1]));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0
        || listen(listener, SOMAXCONN) < 0) {
        perror("echo");
        return 1;
    }
    arm(EPOLL_CTL_ADD, listener, EPOLLIN, NULL);
    for (int i = 0; i < THREADS; i++)
        pthread_create(&thread, NULL, work, NULL);
    sigwait(&term, &signum);
    return 0;
}
