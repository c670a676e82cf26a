/* A thread for each client; openat for each part of a name; fchmod before the socket has a name. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static int root;

/* Looks at what there is before it opens it, through one and the same descriptor. */
static int open_file(char *name)
{
    char again[64];
    struct stat about;
    int here = dup(root), next;

    if (*name == '/' || *name == '\0')
        goto refused;
    for (char *part, *rest = name; (part = strsep(&rest, "/")) != NULL;) {
        if (*part == '\0')
            continue;
        if (strcmp(part, "..") == 0)
            goto refused;
        next = openat(here, part, O_PATH | O_NOFOLLOW | O_CLOEXEC);
        close(here);
        here = next;
        if (here < 0)
            return -1;
    }
    if (fstat(here, &about) < 0 || !S_ISREG(about.st_mode))
        goto refused;
    snprintf(again, sizeof again, "/proc/self/fd/%d", here);
    next = open(again, O_RDONLY | O_CLOEXEC);
    close(here);
    return next;
refused:
    close(here);
    errno = EPERM;
    return -1;
}

static bool say(int fd, const char *text, int file)
{
    char control[CMSG_SPACE(sizeof(int))] __attribute__((aligned(16)));
    struct iovec part = {(char *)text, strlen(text)};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};

    if (file >= 0) {
        message.msg_control = control;
        message.msg_controllen = sizeof control;
        *CMSG_FIRSTHDR(&message) = (struct cmsghdr){
            .cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
        *(int *)CMSG_DATA(CMSG_FIRSTHDR(&message)) = file;
    }
    return sendmsg(fd, &message, MSG_NOSIGNAL) == (ssize_t)part.iov_len;
}

static void *serve(void *argument)
{
    int fd = (int)(long)argument, got;
    char line[6000], byte, text[256];
    size_t held = 0;
    bool goes_on = true;

    /* One byte at a time: slow, and right. */
    while (goes_on && (got = (int)read(fd, &byte, 1)) > 0) {
        if (byte != '\n') {
            if (held == sizeof line - 1) {
                say(fd, "error too long\n", -1);
                break;
            }
            line[held++] = byte;
            continue;
        }
        line[held] = '\0';
        bool is_request = strlen(line) == held && strncmp(line, "open ", 5) == 0;
        held = 0;
        if (!is_request) {
            say(fd, "error no request, good bye\n", -1);
            break;
        }
        int file = open_file(line + 5);
        if (file >= 0) {
            goes_on = say(fd, "ok\n", file);
            close(file);
        } else {
            snprintf(text, sizeof text, "error %m\n");
            goes_on = say(fd, text, -1);
        }
    }
    close(fd);
    return NULL;
}

int main(int argc, char **argv)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct stat about;
    pthread_attr_t small;
    sigset_t term;
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (argc != 3)
        return 2;
    root = open(argv[2], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    strncpy(address.sun_path, argv[1], sizeof address.sun_path - 1);
    /* The mode of the socket's own inode is what bind gives the name. */
    fchmod(listener, 0600);
    while (bind(listener, (struct sockaddr *)&address, sizeof address) < 0) {
        int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
        if (errno != EADDRINUSE || lstat(argv[1], &about) < 0 || !S_ISSOCK(about.st_mode)
                || connect(probe, (struct sockaddr *)&address, sizeof address) == 0
                || errno != ECONNREFUSED) {
            fprintf(stderr, "%s: not ours\n", argv[1]);
            return 1;
        }
        close(probe);
        unlink(argv[1]);
    }
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, 64 * 1024);
    pthread_attr_setdetachstate(&small, PTHREAD_CREATE_DETACHED);
    sigprocmask(SIG_BLOCK, &term, NULL);
    if (root < 0 || listen(listener, 256) < 0)
        return 1;
    pid_t server = fork();
    if (server != 0) {
        /* The first process waits for SIGTERM; the second one serves. */
        int signum;
        sigwait(&term, &signum);
        return server < 0;
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (;;) {
        pthread_t thread;
        int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        if (fd >= 0 && pthread_create(&thread, &small, serve, (void *)(long)fd) != 0)
            close(fd);
    }
}
