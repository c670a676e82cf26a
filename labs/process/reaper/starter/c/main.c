/* reaper -- CMD [ARG...]: run CMD as an init would.
 *
 * This starter runs CMD and waits for it. It promises what it cannot keep: follow the TODOs.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Becomes CMD. */
static void become(char **command)
{
    /* TODO: what does CMD inherit from us besides its descriptors? */
    execvp(command[0], command);
    /* TODO: it could not be executed. Why? And who will ever know? */
    _exit(1);
}

/* Waits until CMD has ended; returns the status to exit with. */
static int wait_for(pid_t child)
{
    int status = 0;

    /* TODO: a signal may come now, and it is meant for CMD. So may one that comes just before
     * this call, or before there is a CMD. */
    /* TODO: children may end that you never started. */
    if (waitpid(child, &status, 0) < 0)
        perror("waitpid");      /* TODO: is every error an error? */
    /* TODO: what is in a wait status? */
    return status;
}

int main(int argc, char **argv)
{
    if (argc < 3 || strcmp(argv[1], "--") != 0) {
        fprintf(stderr, "usage: reaper -- CMD [ARG...]\n");
        return 2;
    }
    /* TODO: whose children do the orphans below CMD become? */
    pid_t child = fork();
    if (child < 0) {
        perror("fork");
        return 125;
    }
    if (child == 0)
        become(argv + 2);
    return wait_for(child);
}
