/* http PORT ROOT: serve the files under ROOT by HTTP/1.1, to many clients at once.
 *
 * This starter serves files, one request a connection, one connection at a time, and it believes
 * whatever a client tells it: follow the TODOs.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

/* Turns %41 into A in place. */
static void decode(char *name)
{
    char *to = name;
    unsigned byte;

    for (const char *from = name; *from; from++, to++) {
        *to = *from;
        if (*from == '%' && sscanf(from + 1, "%2x", &byte) == 1) {
            *to = (char)byte;
            from += 2;
        }
    }
    *to = '\0';
}

static void send_all(int fd, const char *bytes, size_t size)
{
    while (size > 0) {
        /* TODO: the client may have gone. How do you learn of it? */
        ssize_t sent = write(fd, bytes, size);
        if (sent < 0)
            return;
        bytes += sent;
        size -= (size_t)sent;
    }
}

/* Answers the request in `head`. */
static void answer(int fd, const char *root, char *head)
{
    char method[16], target[4096], path[8192], line[256];
    struct stat about;

    if (sscanf(head, "%15s %4095s", method, target) != 2)
        return;
    /* TODO: HEAD; methods that you do not have; what is no request at all */
    target[strcspn(target, "?")] = '\0';
    decode(target);
    /* TODO: where does this name lead? Who else can read what is there? */
    snprintf(path, sizeof path, "%s%s", root, target);
    if (stat(path, &about) == 0 && S_ISDIR(about.st_mode))
        strcat(path, "/index.html");
    /* TODO: there may be no such file */
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0 || fstat(file, &about) < 0)
        fail(path);
    /* TODO: how large is it, and how much of it is in memory now? */
    char *content = malloc((size_t)about.st_size + 1);
    ssize_t got = content ? read(file, content, (size_t)about.st_size) : -1;
    if (got < 0)
        fail(path);
    int size = snprintf(line, sizeof line,
        "HTTP/1.1 200 OK\r\nContent-Length: %zd\r\nConnection: close\r\n\r\n", got);
    send_all(fd, line, (size_t)size);
    send_all(fd, content, (size_t)got);
    free(content);
    close(file);
}

int main(int argc, char **argv)
{
    static char head[65536];
    int yes = 1;

    if (argc != 3) {
        fprintf(stderr, "usage: http PORT ROOT\n");
        return 2;
    }
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons((unsigned short)atoi(argv[1])),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener < 0 || setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) < 0
            || bind(listener, (struct sockaddr *)&address, sizeof address) < 0
            || listen(listener, SOMAXCONN) < 0)
        fail(argv[1]);

    /* TODO: SIGTERM: nobody new, finish what is under way, exit with status 0 within a second */
    for (;;) {
        int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        if (fd < 0)
            fail("accept");
        /* TODO: where does a request begin and end in a stream? What if this is half of one, or
         * two? How much may a client make you hold? */
        /* TODO: who waits while this client is slow? */
        ssize_t got = read(fd, head, sizeof head - 1);
        if (got > 0) {
            head[got] = '\0';
            answer(fd, argv[2], head);
        }
        /* TODO: a client may want more than one file */
        close(fd);
    }
}
