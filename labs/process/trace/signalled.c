// Starts children in process groups of several kinds, and sends SIGTERM to the group of one.
// Usage: signalled NUMBER KIND...    NUMBER: which child's group gets SIGTERM, from 1
//                                    KIND, of each child in turn:
//        stay     it stays in the group of its parent
//        own      it gets a group of its own
//        join     it joins the group of the child before it
//        session  it begins a session of its own
#define _GNU_SOURCE
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv) {
    int ready[2], end[2];
    char byte;
    pid_t child[argc];
    if (argc < 3 || atoi(argv[1]) < 1 || atoi(argv[1]) > argc - 2)
        return 2;
    setpgid(0, 0);
    if (pipe(ready) != 0 || pipe(end) != 0)
        return 1;
    for (int i = 2; i < argc; i++) {
        child[i] = fork();
        if (child[i] == 0) {
            if (strcmp(argv[i], "own") == 0)
                setpgid(0, 0);
            if (strcmp(argv[i], "join") == 0)
                setpgid(0, i > 2 ? getpgid(child[i - 1]) : 0);
            if (strcmp(argv[i], "session") == 0)
                setsid();
            close(end[1]);
            // It is where it belongs; it lives until SIGTERM comes, or all others were spared too.
            return write(ready[1], "!", 1) != 1 || read(end[0], &byte, 1) != 0;
        }
        if (read(ready[0], &byte, 1) != 1)
            return 1;
    }
    signal(SIGTERM, SIG_IGN);
    kill(-getpgid(child[atoi(argv[1]) + 1]), SIGTERM);
    close(end[1]);
    while (wait(NULL) > 0)
        ;
    return 0;
}
