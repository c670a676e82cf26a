// A child writes to a stream; what its parent does with the other end decides how that ends.
// Usage: writer_signal PEER SIGPIPE FLAG
//     PEER: close, shut-read (its receiving side), shut-write, or stay
//     SIGPIPE: default, ignore, or block
//     FLAG: none, or nosignal (MSG_NOSIGNAL)
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv) {
    if (argc != 4)
        return 2;
    int ends[2], told[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0 || pipe(told) != 0)
        return 1;
    if (fork() == 0) {
        char byte;
        close(ends[0]);
        close(told[1]);
        if (strcmp(argv[2], "ignore") == 0)
            signal(SIGPIPE, SIG_IGN);
        if (strcmp(argv[2], "block") == 0) {
            sigset_t set;
            sigemptyset(&set);
            sigaddset(&set, SIGPIPE);
            sigprocmask(SIG_BLOCK, &set, NULL);
        }
        // Returns when the parent has done its part.
        if (read(told[0], &byte, 1) != 0)
            return 1;
        int flag = strcmp(argv[3], "nosignal") == 0 ? MSG_NOSIGNAL : 0;
        return send(ends[1], "hello", 5, flag) == 5 ? 0 : 1;
    }
    close(ends[1]);
    if (strcmp(argv[1], "close") == 0)
        close(ends[0]);
    else if (strcmp(argv[1], "shut-read") == 0)
        shutdown(ends[0], SHUT_RD);
    else if (strcmp(argv[1], "shut-write") == 0)
        shutdown(ends[0], SHUT_WR);
    close(told[1]);
    wait(NULL);
    return 0;
}
