/* echo. The mistake: a process for each connection, as inetd did it.
 *
 * It is the simplest server that is right in all else: a process can wait for its client as long
 * as it likes. A thousand of them are a thousand page tables and a thousand kernel stacks.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

static void leave(int signum)
{
    (void)signum;
    _exit(0);
}

static void echo(int fd)
{
    static char chunk[16 * 1024];
    ssize_t got;

    while ((got = recv(fd, chunk, sizeof chunk, 0)) > 0)
        for (ssize_t done = 0, sent; done < got; done += sent)
            if ((sent = send(fd, chunk + done, (size_t)(got - done), MSG_NOSIGNAL)) < 0)
                return;
}

int main(int argc, char **argv)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    int on = 1, listener, fd;
    pid_t parent = getpid();

    if (argc != 2)
        return 2;
    signal(SIGTERM, leave);
    signal(SIGCHLD, SIG_IGN);       /* nobody has to be waited for */
    address.sin_port = htons((unsigned short)atoi(argv[1]));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    listener = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0
        || listen(listener, SOMAXCONN) < 0) {
        perror("echo");
        return 1;
    }
    for (;;) {
        fd = accept(listener, NULL, NULL);
        if (fd < 0) {
            if (errno == EMFILE || errno == ENFILE)
                poll(NULL, 0, 100);
            continue;
        }
        if (fork() == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            if (getppid() != parent)
                _exit(0);
            close(listener);
            echo(fd);
            _exit(0);
        }
        close(fd);
    }
}
