/* A child for each FIFO, which waits in open and in getline. They take turns with a lock on the program's
 * own file: each has a description of its own. The parent ends when one of them was ended. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void pass_on(const char *name)
{
    int turn = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    FILE *fifo = fopen(name, "r");
    char *line = NULL;
    size_t room = 0;
    ssize_t length;

    if (turn == -1 || !fifo)
        exit(2);
    while ((length = getline(&line, &room, fifo)) > 0) {
        flock(turn, LOCK_EX);
        fwrite(line, 1, (size_t)length, stdout);
        if (line[length - 1] != '\n')
            putchar('\n');
        if (fflush(stdout) == EOF)
            exit(1);
        flock(turn, LOCK_UN);
    }
    exit(0);
}

int main(int argc, char **argv)
{
    struct stat status;
    pid_t *children = calloc((size_t)argc, sizeof *children);
    int how;

    for (int at = 1; at < argc; at++) {
        if (stat(argv[at], &status) == -1 || !S_ISFIFO(status.st_mode)) {
            fprintf(stderr, "%s: not a FIFO\n", argv[at]);
            return 1;
        }
    }
    for (int at = 1; at < argc; at++) {
        children[at] = fork();
        if (children[at] == 0) {
            prctl(PR_SET_PDEATHSIG, SIGTERM);
            pass_on(argv[at]);
        }
    }
    while (wait(&how) > 0) {
        if (how != 0) {
            for (int at = 1; at < argc; at++)
                kill(children[at], SIGTERM);
            return 1;
        }
    }
    return 0;
}
