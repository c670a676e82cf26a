/* One thread and poll; what does not fit into the socket is read from the file once more. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { MAX = 1000, HEADER = 8192 };

static struct connection {
    char in[HEADER + 1];
    size_t held;
    char out[512];
    size_t out_size, out_sent;
    int file;           /* 0: none */
    off_t size, sent;
    bool closes, lingers;
} *connections[MAX + 1];
static struct pollfd fds[MAX + 1];
static int count = 1;
static char root[PATH_MAX];
static volatile sig_atomic_t is_told;

static void told(int signum)
{
    (void)signum;
    is_told = 1;
}

static void drop(int i)
{
    if (connections[i]->file)
        close(connections[i]->file);
    free(connections[i]);
    close(fds[i].fd);
    count--;
    connections[i] = connections[count];
    fds[i] = fds[count];
}

static void answer(struct connection *c, const char *status, off_t size)
{
    c->out_sent = 0;
    c->out_size = (size_t)snprintf(c->out, sizeof c->out,
        "HTTP/1.1 %s\r\nServer: poll\r\nCONTENT-LENGTH:%lld\r\n%s\r\n", status, (long long)size,
        c->closes ? "Connection: close\r\n" : "");
}

static bool decode(char *name)
{
    char *to = name;

    for (; *name; name++, to++) {
        *to = *name;
        if (*name == '%') {
            if (!isxdigit((unsigned char)name[1]) || !isxdigit((unsigned char)name[2]))
                return false;
            char digits[] = {name[1], name[2], '\0'};
            if ((*to = (char)strtol(digits, NULL, 16)) == '\0')
                return false;
            name += 2;
        }
    }
    *to = '\0';
    return true;
}

/* Opens a file inside ROOT. realpath has followed every link, so what it says is where it is. */
static int find(struct connection *c, const char *name)
{
    char path[PATH_MAX + HEADER + 16], real[PATH_MAX];
    struct stat about;
    int file;

    snprintf(path, sizeof path, "%s/%s", root, name);
    if (stat(path, &about) == 0 && S_ISDIR(about.st_mode))
        strcat(path, "/index.html");
    if (!realpath(path, real))
        return 404;
    if (strncmp(real, root, strlen(root)) != 0 || real[strlen(root)] != '/')
        return 403;
    file = open(real, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (file < 0)
        return 403;
    if (fstat(file, &about) < 0 || !S_ISREG(about.st_mode)) {
        close(file);
        return 404;
    }
    c->size = about.st_size;
    c->sent = 0;
    c->file = file;
    return 200;
}

static void respond(struct connection *c, char *head)
{
    char *method = head, *path, *version, *end = strstr(head, "\r\n");

    if (end)
        *end++ = '\0';
    path = strchr(method, ' ');
    version = path ? strchr(path + 1, ' ') : NULL;
    c->closes = true;
    if (!version || path[1] != '/' || strncmp(version + 1, "HTTP/1.", 7) != 0) {
        answer(c, "400 Bad Request", 0);
        return;
    }
    *path++ = *version++ = '\0';
    bool is_head = strcmp(method, "HEAD") == 0;
    if (!is_head && strcmp(method, "GET") != 0) {
        answer(c, "405 Method Not Allowed", 0);
        return;
    }
    c->closes = strcmp(version, "HTTP/1.0") == 0;
    for (char *line = end; line; line = strstr(line, "\n") ? strstr(line, "\n") + 1 : NULL)
        if (strncasecmp(line, "connection:", 11) == 0) {
            size_t size = strcspn(line, "\r\n");
            char *close = strcasestr(line, "close");
            c->closes |= close && close < line + size;
        }
    path[strcspn(path, "?")] = '\0';
    int status = decode(path) ? find(c, path) : 400;
    if (status == 200)
        answer(c, "200 OK", c->size);
    else
        answer(c, status == 404 ? "404 Not Found" : status == 403 ? "403 Forbidden"
            : "400 Bad Request", 0);
    if (is_head && c->file) {
        close(c->file);
        c->file = 0;
    }
}

/* False: the connection is over. */
static bool turn(struct pollfd *fd, struct connection *c)
{
    static char piece[1 << 18];
    ssize_t n, got;

    if (c->lingers)
        return recv(fd->fd, piece, sizeof piece, MSG_DONTWAIT) > 0;
    if (!c->out_size) {
        n = recv(fd->fd, c->in + c->held, HEADER - c->held, MSG_DONTWAIT);
        if (n <= 0)
            return n < 0 && errno == EAGAIN;
        c->held += (size_t)n;
    }
    for (;;) {
        while (c->out_sent < c->out_size) {
            n = send(fd->fd, c->out + c->out_sent, c->out_size - c->out_sent, MSG_DONTWAIT | MSG_NOSIGNAL);
            if (n < 0)
                goto full;
            c->out_sent += (size_t)n;
        }
        if (c->file && c->sent < c->size) {
            got = pread(c->file, piece, sizeof piece, c->sent);
            if (got <= 0)
                return false;
            n = send(fd->fd, piece, (size_t)got, MSG_DONTWAIT | MSG_NOSIGNAL);
            if (n < 0)
                goto full;
            c->sent += n;
            fd->events = POLLOUT;
            if (c->sent < c->size)
                return true;
        }
        if (c->file)
            close(c->file);
        c->file = 0;
        if (c->out_size && (c->closes || is_told)) {
            shutdown(fd->fd, SHUT_WR);
            c->lingers = true;
            break;
        }
        c->out_size = 0;
        char *end = memmem(c->in, c->held, "\r\n\r\n", 4);
        if (end) {
            *end = '\0';
            respond(c, c->in);
            c->held -= (size_t)(end + 4 - c->in);
            memmove(c->in, end + 4, c->held);
        } else if (c->held == HEADER) {
            c->closes = true;
            c->held = 0;
            answer(c, "431 Too Large", 0);
        } else {
            break;
        }
    }
    fd->events = POLLIN;
    return true;
full:
    fd->events = POLLOUT;
    return errno == EAGAIN;
}

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * (int64_t)1000 + now.tv_nsec / 1000000;
}

int main(int argc, char **argv)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct sigaction action = {.sa_handler = told};
    sigset_t term, none;
    int yes = 1;
    int64_t deadline = 0;

    if (argc != 3 || !realpath(argv[2], root))
        return 2;
    sigemptyset(&none);
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    sigprocmask(SIG_BLOCK, &term, NULL);
    sigaction(SIGTERM, &action, NULL);
    address.sin_port = htons((uint16_t)atoi(argv[1]));
    fds[0] = (struct pollfd){.fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), .events = POLLIN};
    setsockopt(fds[0].fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(fds[0].fd, (struct sockaddr *)&address, sizeof address) < 0 || listen(fds[0].fd, 1024) < 0)
        return 1;
    for (;;) {
        fds[0].events = count <= MAX ? POLLIN : 0;
        struct timespec left = {0, 0};
        if (is_told) {
            if (!deadline) {
                deadline = now_ms() + 800;
                close(fds[0].fd);
                fds[0].fd = -1;
                for (int i = count - 1; i > 0; i--)
                    if (!connections[i]->out_size)
                        drop(i);
            }
            int64_t ms = deadline - now_ms();
            if (count == 1 || ms <= 0)
                return 0;
            left.tv_nsec = ms * 1000000;
        }
        /* SIGTERM comes in here and nowhere else. */
        if (ppoll(fds, (nfds_t)count, is_told ? &left : NULL, &none) < 0)
            continue;
        for (int i = count - 1; i > 0; i--)
            if (fds[i].revents && !turn(&fds[i], connections[i]))
                drop(i);
        if (fds[0].revents & POLLIN) {
            int fd = accept4(fds[0].fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
            if (fd >= 0) {
                fds[count] = (struct pollfd){.fd = fd, .events = POLLIN};
                connections[count++] = calloc(1, sizeof(struct connection));
            }
        }
    }
}
