// A child gets a descriptor from its parent, after it has opened and closed some itself.
// Usage: passed FDS STEP...    FDS: how many descriptors come in the message; STEP, of the child:
//     open, pipe, socket (a pair), or -N (close N)
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define MOST 4

union control {
    struct cmsghdr aligned;
    char bytes[CMSG_SPACE(MOST * sizeof(int))];
};

static void receive(int socket) {
    char byte;
    union control control;
    struct iovec data = {.iov_base = &byte, .iov_len = 1};
    struct msghdr message = {.msg_iov = &data,
                             .msg_iovlen = 1,
                             .msg_control = control.bytes,
                             .msg_controllen = sizeof control.bytes};
    if (recvmsg(socket, &message, MSG_CMSG_CLOEXEC) != 1)
        _exit(1);
}

static void pass(int socket, int count) {
    int fds[MOST];
    for (int i = 0; i < count; i++)
        fds[i] = open("/dev/zero", O_RDONLY);
    union control control;
    memset(&control, 0, sizeof control);
    struct iovec data = {.iov_base = "!", .iov_len = 1};
    size_t size = (size_t)count * sizeof(int);
    struct msghdr message = {.msg_iov = &data,
                             .msg_iovlen = 1,
                             .msg_control = control.bytes,
                             .msg_controllen = CMSG_SPACE(size)};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(size);
    memcpy(CMSG_DATA(header), fds, size);
    if (sendmsg(socket, &message, 0) != 1)
        _exit(1);
}

int main(int argc, char **argv) {
    int count = argc > 1 ? atoi(argv[1]) : 1, ends[2], two[2];
    if (count < 1 || count > MOST || socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0)
        return 1;
    if (fork() == 0) {
        close(ends[0]);
        for (int i = 2; i < argc; i++) {
            if (strcmp(argv[i], "open") == 0) {
                if (open("/dev/null", O_RDONLY) == -1)
                    return 1;
            } else if (strcmp(argv[i], "pipe") == 0) {
                if (pipe(two) != 0)
                    return 1;
            } else if (strcmp(argv[i], "socket") == 0) {
                if (socketpair(AF_UNIX, SOCK_STREAM, 0, two) != 0)
                    return 1;
            } else {
                close(atoi(argv[i] + 1));
            }
        }
        receive(ends[1]);
        return 0;
    }
    pass(ends[0], count);
    wait(NULL);
    return 0;
}
