/* file-server PORT ROOT. What goes into the pipe comes out in one call, or so it seems. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static int root;

/* Part by part, with no link on the way. */
static int open_path(char *path)
{
    int here = dup(root);

    if (*path == '/')
        path = "..";
    for (char *rest, *part = strtok_r(path, "/", &rest); part; part = strtok_r(NULL, "/", &rest)) {
        int next = strcmp(part, "..") == 0 ? -1
            : openat(here, part, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
        close(here);
        if ((here = next) < 0)
            return -1;
    }
    return here;
}

static int transfer(int fd, int file, off_t left)
{
    int ends[2], is_good = pipe2(ends, O_CLOEXEC) == 0;

    if (!is_good)
        return 0;
    while (is_good && left > 0) {
        ssize_t in = splice(file, NULL, ends[1], NULL, left > 65536 ? 65536 : (size_t)left, 0);
        is_good = in > 0;
        left -= in;
        is_good = is_good
            && splice(ends[0], NULL, fd, NULL, (size_t)in, left > 0 ? SPLICE_F_MORE : 0) > 0;
    }
    close(ends[0]);
    close(ends[1]);
    return is_good;
}

static void serve(int fd)
{
    char *line = NULL;
    size_t size = 0;
    ssize_t got;
    struct stat about;
    FILE *requests = fdopen(fd, "r");
    int goes_on = requests != NULL;

    while (goes_on && (got = getline(&line, &size, requests)) > 0 && line[got - 1] == '\n') {
        line[got - 1] = '\0';
        int file = strncmp(line, "GET ", 4) == 0 && strlen(line) == (size_t)got - 1
            ? open_path(line + 4) : -1;
        if (file < 0 || fstat(file, &about) < 0 || !S_ISREG(about.st_mode)) {
            goes_on = dprintf(fd, "ERR sorry\n") > 0;
        } else {
            goes_on = dprintf(fd, "OK %lld\n", (long long)about.st_size) > 0
                && transfer(fd, file, about.st_size);
        }
        if (file >= 0)
            close(file);
    }
    free(line);
    fclose(requests);
}

static void *thread(void *argument)
{
    serve((int)(long)argument);
    return NULL;
}

static void leave(int signum)
{
    (void)signum;
    _exit(0);
}

int main(int argc, char **argv)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    int yes = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    pthread_attr_t attributes;
    pthread_t id;

    if (argc != 3)
        return 2;
    signal(SIGTERM, leave);
    signal(SIGPIPE, SIG_IGN);
    root = open(argv[2], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    address.sin_port = htons((uint16_t)atoi(argv[1]));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (root < 0 || bind(listener, (struct sockaddr *)&address, sizeof address) < 0
            || listen(listener, 1024) < 0)
        return 1;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 128 * 1024);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    for (;;) {
        int fd = accept(listener, NULL, NULL);
        if (fd >= 0 && pthread_create(&id, &attributes, thread, (void *)(long)fd) != 0)
            close(fd);
    }
}
