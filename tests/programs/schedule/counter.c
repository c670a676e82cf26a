/* counter HOW PROCESSES TIMES: each process adds 1 to a shared counter so often, and the total is
 * printed. HOW: plain (load, add, store), atomic, locked (a robust mutex), kernel (reads the new
 * value from a pipe straight into the shared memory), beyond (stores behind the end of a file). */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

struct shared {
    pthread_mutex_t lock;
    volatile long counter;
    long read;
};

static void add(struct shared *shared, const char *how)
{
    if (how[0] == 'p') {
        shared->counter = shared->counter + 1;
    } else if (how[0] == 'a') {
        __atomic_fetch_add(&shared->counter, 1, __ATOMIC_SEQ_CST);
    } else if (how[0] == 'b') {
        char *beyond = mmap(NULL, 1, PROT_READ | PROT_WRITE, MAP_SHARED, memfd_create("empty", 0), 0);

        beyond[0] = 1;
    } else if (how[0] == 'k') {
        int ends[2];
        long one = 1;

        if (pipe(ends) != 0 || write(ends[1], &one, sizeof one) != sizeof one
            || read(ends[0], &shared->read, sizeof one) != sizeof one)
            _exit(3);
        shared->counter += shared->read;
    } else {
        if (pthread_mutex_lock(&shared->lock) == EOWNERDEAD)
            pthread_mutex_consistent(&shared->lock);
        shared->counter = shared->counter + 1;
        pthread_mutex_unlock(&shared->lock);
    }
}

int main(int argc, char **argv)
{
    struct shared *shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE,
                                 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pthread_mutexattr_t attributes;

    if (argc != 4 || shared == MAP_FAILED)
        return 2;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(&shared->lock, &attributes);
    for (int process = 0; process < atoi(argv[2]); process++)
        if (fork() == 0) {
            for (int time = 0; time < atoi(argv[3]); time++)
                add(shared, argv[1]);
            _exit(0);
        }
    while (wait(NULL) > 0)
        ;
    printf("%ld\n", shared->counter);
    return 0;
}
