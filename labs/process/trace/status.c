// Starts a child that ends in a given way, and waits for it.
// Usage: status exit N | signal N
#define _GNU_SOURCE
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv) {
    if (argc < 3)
        return 2;
    int number = atoi(argv[2]);
    pid_t child = fork();
    if (child == 0) {
        if (strcmp(argv[1], "signal") == 0)
            kill(getpid(), number);
        exit(number);
    }
    int status;
    return waitpid(child, &status, 0) != child;
}
