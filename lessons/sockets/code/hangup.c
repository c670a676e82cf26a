// Sends lines to a client until it cannot. Usage: hangup PORT
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv) {
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((unsigned short)(argc > 1 ? atoi(argv[1]) : 0)),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int on = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(listener, 1) != 0)
        return 1;
    int client = accept(listener, NULL, NULL);
    // ANCHOR: loop
    const char line[] = "temperature 21.5\n";
    while (write(client, line, strlen(line)) != -1)
        usleep(100000);
    // ANCHOR_END: loop
    close(client);
    return 0;
}
