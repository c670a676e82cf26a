/* poll, read and write, and a self-pipe for SIGTERM.
 *
 * The array of pollfds is kept dense: whoever leaves is replaced by the last one. Out of
 * descriptors, the listener's entry is negative, and poll passes it over.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CHUNK = 16 * 1024, LISTENER = 0, WAKE = 1, FIRST = 2 };

struct client {
    char *held;
    size_t from, to;
};

static struct pollfd *watched;
static struct client *clients;      /* same index as in `watched` */
static nfds_t count, room;
static int listener, ends[2];

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static void tell(int signum)
{
    int saved = errno;

    (void)signum;
    if (write(ends[1], "", 1) < 0) {
        /* It is full: the loop has been told. */
    }
    errno = saved;
}

static void add(int fd)
{
    if (count == room) {
        room = room ? 2 * room : 64;
        watched = realloc(watched, room * sizeof *watched);
        clients = realloc(clients, room * sizeof *clients);
        if (!watched || !clients)
            fail("realloc");
    }
    watched[count] = (struct pollfd){.fd = fd, .events = POLLIN};
    clients[count] = (struct client){0};
    count++;
}

static void drop(nfds_t index)
{
    close(watched[index].fd);
    free(clients[index].held);
    count--;
    watched[index] = watched[count];
    clients[index] = clients[count];
    watched[LISTENER].fd = listener;
}

static void accept_all(void)
{
    for (;;) {
        int fd = accept(listener, NULL, NULL);
        if (fd < 0) {
            if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
                watched[LISTENER].fd = -1;
            else if (errno == ECONNABORTED || errno == EINTR)
                continue;
            return;
        }
        fcntl(fd, F_SETFL, O_NONBLOCK);
        add(fd);
    }
}

static void serve(nfds_t index)
{
    struct client *client = &clients[index];
    int fd = watched[index].fd;

    if (client->from == client->to) {
        if (!client->held && !(client->held = malloc(CHUNK))) {
            drop(index);
            return;
        }
        ssize_t got = read(fd, client->held, CHUNK);
        if (got < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        if (got <= 0) {
            drop(index);
            return;
        }
        client->from = 0;
        client->to = (size_t)got;
    }
    ssize_t put = write(fd, client->held + client->from, client->to - client->from);
    if (put < 0 && errno != EAGAIN && errno != EINTR) {
        drop(index);
        return;
    }
    if (put > 0)
        client->from += (size_t)put;
    if (client->from == client->to) {
        free(client->held);
        client->held = NULL;
        client->from = client->to = 0;
        watched[index].events = POLLIN;
    } else {
        watched[index].events = POLLOUT;
    }
}

int main(int argc, char **argv)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    struct rlimit files;
    int on = 1;

    if (argc != 2)
        return 2;
    if (pipe2(ends, O_NONBLOCK | O_CLOEXEC) < 0)
        fail("pipe2");
    signal(SIGPIPE, SIG_IGN);
    signal(SIGTERM, tell);
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);

    address.sin_port = htons((unsigned short)atoi(argv[1]));
    inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
    listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0
        || listen(listener, 65535) < 0)
        fail("listen");
    add(listener);
    add(ends[0]);

    for (;;) {
        int ready = poll(watched, count, watched[LISTENER].fd < 0 ? 1000 : -1);
        if (ready < 0 && errno != EINTR)
            fail("poll");
        if (ready == 0)
            watched[LISTENER].fd = listener;
        if (ready <= 0)
            continue;
        if (watched[WAKE].revents)
            return 0;
        /* From the last to the first: whoever replaces one that has left had its turn. */
        for (nfds_t index = count - 1; index >= FIRST; index--)
            if (watched[index].revents)
                serve(index);
        if (watched[LISTENER].revents)
            accept_all();
    }
}
