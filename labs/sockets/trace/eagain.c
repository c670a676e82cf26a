// Does things with sockets that do not wait.
// Usage: eagain STEP...    STEP:
//     send=N      puts N bytes into the stream
//     recv=N      one recv with room for N bytes
//     drain=N     recv with room for N bytes, until it fails
//     short=N     the same, until it fails or returns less
//     connect     one more client comes to the listener
//     accept      one accept
//     accept-all  accept, until it fails
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

static char bytes[4096];

int main(int argc, char **argv) {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) != 0)
        return 1;
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "\0eagain"};
    if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(listener, 16) != 0)
        return 1;

    for (int i = 1; i < argc; i++) {
        char *number = strchr(argv[i], '=');
        size_t size = number ? (size_t)atoi(number + 1) : 0;
        ssize_t got;
        if (strncmp(argv[i], "send", 4) == 0) {
            send(ends[0], bytes, size, 0);
        } else if (strncmp(argv[i], "recv", 4) == 0) {
            recv(ends[1], bytes, size, 0);
        } else if (strncmp(argv[i], "drain", 5) == 0) {
            while (recv(ends[1], bytes, size, 0) > 0)
                ;
        } else if (strncmp(argv[i], "short", 5) == 0) {
            do
                got = recv(ends[1], bytes, size, 0);
            while (got == (ssize_t)size);
        } else if (strcmp(argv[i], "connect") == 0) {
            int client = socket(AF_UNIX, SOCK_STREAM, 0);
            if (connect(client, (struct sockaddr *)&address, sizeof address) != 0)
                return 1;
        } else if (strcmp(argv[i], "accept") == 0) {
            accept(listener, NULL, NULL);
        } else {
            while (accept(listener, NULL, NULL) != -1)
                ;
        }
    }
    return 0;
}
