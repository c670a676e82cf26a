/* Four processes, each with a listener of its own on the same port (SO_REUSEPORT).
 *
 * The kernel spreads connections over them. The first process serves nobody: it waits for SIGTERM,
 * or for the death of a server, and its children die with it (PR_SET_PDEATHSIG).
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SERVERS = 4, CHUNK = 64 * 1024, BATCH = 64 };

struct client {
    int fd;
    char *held;
    size_t from, to;
};

static int epoll, listener, is_full;

static void watch(int operation, int fd, unsigned events, void *who)
{
    struct epoll_event event = {events, {.ptr = who}};

    epoll_ctl(epoll, operation, fd, &event);
}

static int listen_on(const char *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    int on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

    address.sin_port = htons((unsigned short)atoi(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || listen(fd, SOMAXCONN) < 0) {
        perror("echo");
        exit(1);
    }
    return fd;
}

static void end(struct client *client)
{
    close(client->fd);
    free(client->held);
    free(client);
    if (is_full)
        watch(EPOLL_CTL_ADD, listener, EPOLLIN, NULL);
    is_full = 0;
}

static void serve(struct client *client)
{
    static char chunk[CHUNK];
    char *bytes = chunk;
    ssize_t size, sent;

    if (client->held) {
        bytes = client->held + client->from;
        size = (ssize_t)(client->to - client->from);
    } else {
        size = recv(client->fd, chunk, sizeof chunk, 0);
        if (size < 0 && errno == EAGAIN)
            return;
    }
    if (size <= 0) {
        end(client);
        return;
    }
    sent = send(client->fd, bytes, (size_t)size, MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN) {
        end(client);
        return;
    }
    sent = sent < 0 ? 0 : sent;
    if (client->held) {
        client->from += (size_t)sent;
        if (sent == size) {
            free(client->held);
            client->held = NULL;
            watch(EPOLL_CTL_MOD, client->fd, EPOLLIN, client);
        }
    } else if (sent < size) {
        client->from = 0;
        client->to = (size_t)(size - sent);
        client->held = malloc(client->to);
        memcpy(client->held, chunk + sent, client->to);
        watch(EPOLL_CTL_MOD, client->fd, EPOLLOUT, client);
    }
}

static void server(void)
{
    struct epoll_event events[BATCH];

    epoll = epoll_create1(0);
    watch(EPOLL_CTL_ADD, listener, EPOLLIN, NULL);
    for (;;) {
        int count = epoll_wait(epoll, events, BATCH, -1);
        for (int i = 0; i < count; i++) {
            struct client *client = events[i].data.ptr;
            if (client) {
                serve(client);
                continue;
            }
            int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
            if (fd >= 0) {
                client = calloc(1, sizeof *client);
                client->fd = fd;
                watch(EPOLL_CTL_ADD, fd, EPOLLIN, client);
            } else if (errno == EMFILE) {
                is_full = 1;
                watch(EPOLL_CTL_DEL, listener, 0, NULL);
            }
        }
    }
}

int main(int argc, char **argv)
{
    pid_t servers[SERVERS], parent = getpid();
    int listeners[SERVERS], signum;
    struct rlimit files;
    sigset_t ours;

    if (argc != 2)
        return 2;
    sigemptyset(&ours);
    sigaddset(&ours, SIGTERM);
    sigaddset(&ours, SIGCHLD);
    sigprocmask(SIG_BLOCK, &ours, NULL);
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);

    for (int i = 0; i < SERVERS; i++)
        listeners[i] = listen_on(argv[1]);
    for (int i = 0; i < SERVERS; i++) {
        servers[i] = fork();
        if (servers[i] != 0)
            continue;
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent)
            _exit(1);
        for (int j = 0; j < SERVERS; j++)
            if (j != i)
                close(listeners[j]);
        listener = listeners[i];
        server();
    }
    for (int i = 0; i < SERVERS; i++)
        close(listeners[i]);

    sigwait(&ours, &signum);
    for (int i = 0; i < SERVERS; i++)
        kill(servers[i], SIGKILL);
    while (wait(NULL) > 0)
        ;
    return signum == SIGTERM ? 0 : 1;
}
