/* fd-pass SOCKET ROOT: hand out descriptors of the files under ROOT, over a Unix socket.
 *
 * This starter hands out descriptors, to one client at a time, of whatever a client names: follow
 * the TODOs.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

/* Sends bytes, and a descriptor with them. */
static void send_with(int fd, const char *bytes, int file)
{
    union { char space[CMSG_SPACE(sizeof(int))]; struct cmsghdr align; } control = {0};
    struct iovec part = {(char *)bytes, strlen(bytes)};
    struct msghdr message = {
        .msg_iov = &part,
        .msg_iovlen = 1,
        .msg_control = control.space,
        .msg_controllen = sizeof control.space,
    };
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);

    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(header), &file, sizeof(int));
    /* TODO: the client may have gone. How do you learn of it? */
    if (sendmsg(fd, &message, 0) < 0)
        perror("sendmsg");
}

/* Answers a request, which has no newline any more. */
static void answer(int fd, const char *root, const char *request)
{
    char path[8192], line[256];

    /* TODO: requests that are none; names that lead out of ROOT; what is no regular file */
    const char *name = strncmp(request, "open ", 5) == 0 ? request + 5 : "";
    int file = -1;
    errno = ENAMETOOLONG;
    if (snprintf(path, sizeof path, "%s/%s", root, name) < (int)sizeof path)
        file = open(path, O_RDONLY);
    if (file < 0) {
        int size = snprintf(line, sizeof line, "error %s\n", strerror(errno));
        send(fd, line, (size_t)size, MSG_NOSIGNAL);
        return;
    }
    send_with(fd, "ok\n", file);
    /* TODO: who holds this file open now, and for how long? */
}

int main(int argc, char **argv)
{
    static char request[65536];
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    ssize_t got;

    if (argc != 3 || strlen(argv[1]) >= sizeof address.sun_path) {
        fprintf(stderr, "usage: fd-pass SOCKET ROOT\n");
        return 2;
    }
    strcpy(address.sun_path, argv[1]);
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    /* TODO: the file of an earlier server may be there, or that of one that is alive */
    /* TODO: who may connect? */
    if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof address) < 0
            || listen(listener, SOMAXCONN) < 0)
        fail(argv[1]);

    /* TODO: SIGTERM: exit with status 0 within a second */
    for (;;) {
        int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        if (fd < 0)
            fail("accept");
        /* TODO: who waits while this client is silent? */
        /* TODO: is this one request? Half of one, or three? */
        while ((got = read(fd, request, sizeof request - 1)) > 0) {
            request[got] = '\0';
            request[strcspn(request, "\n")] = '\0';
            answer(fd, argv[2], request);
        }
        close(fd);
    }
}
