/* robust-lock COUNTERFILE PROCESSES TIMES: so many processes add 1 to a counter in a mapped file, so
 * often each.
 *
 * This starter adds without a lock, and believes that the file is there: follow the TODOs.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    if (argc != 4)
        return 2;
    /* TODO: it may be missing, or short. What is an access behind the end of a file? */
    int fd = open(argv[1], O_RDWR);
    volatile uint64_t *counter = mmap(NULL, sizeof *counter, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

    if (counter == MAP_FAILED) {
        perror(argv[1]);
        return 2;
    }
    for (long process = atol(argv[2]); process > 0; process--) {
        if (fork() != 0)
            continue;
        for (long times = atol(argv[3]); times > 0; times--) {
            /* TODO: these are a load, an addition and a store. What may happen in between? */
            *counter = *counter + 1;
        }
        _exit(0);
    }
    /* TODO: how did they end? */
    while (wait(NULL) > 0)
        ;
    printf("%" PRIu64 "\n", *counter);
    return 0;
}
