/* file-server PORT ROOT: send files without touching them, to many clients at once.
 *
 * This starter sends files, one connection at a time, all of it through its own memory, and it
 * believes whatever a client tells it: follow the TODOs.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
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

static void answer(int fd, const char *root, const char *name)
{
    char path[8192];
    struct stat about;

    /* TODO: where does this name lead? Who else can read what is there? Is it a file? */
    snprintf(path, sizeof path, "%s/%s", root, name);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    /* TODO: how many bytes is that, and who needs to see them? */
    char *content = NULL;
    if (file >= 0 && fstat(file, &about) == 0)
        content = malloc((size_t)about.st_size + 1);
    ssize_t got = content ? read(file, content, (size_t)about.st_size) : -1;
    if (got < 0) {
        dprintf(fd, "ERR %s\n", strerror(errno));
    } else {
        dprintf(fd, "OK %zd\n", got);
        /* TODO: write returns something. What does it mean? The client may have gone. */
        if (write(fd, content, (size_t)got) < 0)
            perror("write");
    }
    free(content);
    close(file);
}

static void serve(int fd, const char *root)
{
    static char line[8192];
    FILE *requests = fdopen(fd, "r");

    while (requests && fgets(line, sizeof line, requests)) {
        line[strcspn(line, "\n")] = '\0';
        if (strncmp(line, "GET ", 4) == 0)
            answer(fd, root, line + 4);
        else
            dprintf(fd, "ERR what is that?\n");
    }
    fclose(requests);
}

int main(int argc, char **argv)
{
    int yes = 1;

    if (argc != 3) {
        fprintf(stderr, "usage: file-server PORT ROOT\n");
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

    /* TODO: SIGTERM: exit with status 0 within a second */
    for (;;) {
        int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        if (fd < 0)
            fail("accept");
        /* TODO: who waits while this client is slow? */
        serve(fd, argv[2]);
    }
}
