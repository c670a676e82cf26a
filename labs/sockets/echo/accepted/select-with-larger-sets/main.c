/* select, for ten thousand connections.
 *
 * The kernel's select has no limit of 1,024: fd_set has. The sets here are as large as the table of
 * descriptors may grow, and bits are set by hand, because FD_SET may check its bounds.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MOST = 65536, WORD = 8 * sizeof(long), CHUNK = 8192 };
typedef unsigned long set[MOST / WORD];

static set reading, writing, readable, writable;
static char *held[MOST];
static size_t from[MOST], to[MOST];
static int highest;

static void put(set bits, int fd)
{
    bits[(size_t)fd / WORD] |= 1UL << ((size_t)fd % WORD);
}

static void take(set bits, int fd)
{
    bits[(size_t)fd / WORD] &= ~(1UL << ((size_t)fd % WORD));
}

static bool has(set bits, int fd)
{
    return bits[(size_t)fd / WORD] >> ((size_t)fd % WORD) & 1;
}

static void leave(int signum)
{
    (void)signum;
    _exit(0);
}

static bool serve(int fd)
{
    static char chunk[CHUNK];

    if (!held[fd]) {
        ssize_t got = recv(fd, chunk, sizeof chunk, 0);
        if (got < 0 && errno == EAGAIN)
            return true;
        if (got <= 0)
            return false;
        ssize_t sent = send(fd, chunk, (size_t)got, MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN)
            return false;
        if (sent < 0)
            sent = 0;
        if (sent == got)
            return true;
        held[fd] = malloc((size_t)(got - sent));
        if (!held[fd])
            return false;
        from[fd] = 0;
        to[fd] = (size_t)(got - sent);
        memcpy(held[fd], chunk + sent, to[fd]);
        take(reading, fd);
        put(writing, fd);
        return true;
    }
    ssize_t sent = send(fd, held[fd] + from[fd], to[fd] - from[fd], MSG_NOSIGNAL);
    if (sent < 0)
        return errno == EAGAIN;
    from[fd] += (size_t)sent;
    if (from[fd] == to[fd]) {
        free(held[fd]);
        held[fd] = NULL;
        take(writing, fd);
        put(reading, fd);
    }
    return true;
}

int main(int argc, char **argv)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    struct rlimit files;
    int on = 1, listener;

    if (argc != 2)
        return 2;
    signal(SIGTERM, leave);
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max < MOST ? files.rlim_max : MOST;
    setrlimit(RLIMIT_NOFILE, &files);

    address.sin_port = htons((unsigned short)atoi(argv[1]));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    listener = socket(AF_INET, SOCK_STREAM, 0);
    fcntl(listener, F_SETFL, O_NONBLOCK);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0
        || listen(listener, 4096) < 0) {
        perror("listen");
        return 1;
    }
    put(reading, listener);
    highest = listener;

    for (;;) {
        size_t size = ((size_t)highest / WORD + 1) * sizeof(long);
        struct timeval second = {1, 0};
        bool is_full = !has(reading, listener);
        memcpy(readable, reading, size);
        memcpy(writable, writing, size);
        int ready = select(highest + 1, (fd_set *)readable, (fd_set *)writable, NULL,
                           is_full ? &second : NULL);
        if (ready < 0 && errno != EINTR) {
            perror("select");
            return 1;
        }
        if (ready <= 0) {
            put(reading, listener);
            continue;
        }
        int last = highest;
        for (int fd = listener + 1; fd <= last; fd++) {
            if ((has(readable, fd) || has(writable, fd)) && !serve(fd)) {
                free(held[fd]);
                held[fd] = NULL;
                take(reading, fd);
                take(writing, fd);
                close(fd);
                put(reading, listener);
            }
        }
        while (has(readable, listener)) {
            int fd = accept(listener, NULL, NULL);
            if (fd < 0) {
                if (errno == EMFILE || errno == ENFILE)
                    take(reading, listener);
                break;
            }
            if (fd >= MOST) {
                close(fd);
                continue;
            }
            fcntl(fd, F_SETFL, O_NONBLOCK);
            put(reading, fd);
            if (fd > highest)
                highest = fd;
        }
    }
}
