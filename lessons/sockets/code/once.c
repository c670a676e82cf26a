// Takes one connection, and answers what it sends in capitals. Usage: once PORT
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv) {
    int port = argc > 1 ? atoi(argv[1]) : 0;
    // ANCHOR: calls
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons(port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0)
        return 1;
    if (listen(listener, 128) != 0)
        return 1;
    int connection = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    // ANCHOR_END: calls
    char buffer[512];
    ssize_t count;
    while ((count = read(connection, buffer, sizeof buffer)) > 0) {
        for (ssize_t i = 0; i < count; i++)
            buffer[i] = (char)toupper((unsigned char)buffer[i]);
        if (write(connection, buffer, (size_t)count) != count)
            return 1;
    }
    close(connection);
    close(listener);
    return 0;
}
