// Answers one request for a descriptor on standard input's socket. Usage: pass FILE <SOCKET
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

// ANCHOR: pass
static int pass(int peer, int file) {
    char text[] = "ok\n";
    struct iovec data = {.iov_base = text, .iov_len = strlen(text)};
    union {
        struct cmsghdr aligned;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control = {.bytes = {0}};
    struct msghdr message = {
        .msg_iov = &data,
        .msg_iovlen = 1,
        .msg_control = control.bytes,
        .msg_controllen = sizeof control.bytes,
    };
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(header), &file, sizeof(int));
    ssize_t sent = sendmsg(peer, &message, MSG_NOSIGNAL);
    close(file);  // Sent or not: ours is not needed any more.
    return sent == (ssize_t)data.iov_len ? 0 : -1;
}
// ANCHOR_END: pass

int main(int argc, char **argv) {
    int file = argc > 1 ? open(argv[1], O_RDONLY | O_CLOEXEC) : -1;
    return file == -1 ? 1 : pass(STDIN_FILENO, file) != 0;
}
