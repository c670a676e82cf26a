// A process dies while it holds a mutex that others want, too.
// Usage: owner plain|robust
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct account {
    pthread_mutex_t mutex;
    long halves[2];
};

// ANCHOR: init
static int init(struct account *account, int is_robust) {
    pthread_mutexattr_t attributes;
    int error = pthread_mutexattr_init(&attributes);
    if (!error)
        error = pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    if (!error && is_robust)
        error = pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    return error ? error : pthread_mutex_init(&account->mutex, &attributes);
}
// ANCHOR_END: init

// ANCHOR: take
static int take(struct account *account) {
    struct timespec deadline;
    clock_gettime(CLOCK_REALTIME, &deadline);
    deadline.tv_sec++;
    int error = pthread_mutex_timedlock(&account->mutex, &deadline);
    if (error != EOWNERDEAD)
        return error;
    puts("the one who held it is dead");
    account->halves[1] = account->halves[0];
    return pthread_mutex_consistent(&account->mutex);
}
// ANCHOR_END: take

int main(int argc, char **argv) {
    if (argc != 2)
        return 2;
    struct account *account = mmap(NULL, sizeof *account, PROT_READ | PROT_WRITE,
                                   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (account == MAP_FAILED || init(account, strcmp(argv[1], "robust") == 0) != 0)
        return 1;
    // ANCHOR: dies
    if (fork() == 0) {
        pthread_mutex_lock(&account->mutex);
        account->halves[0]++;
        _exit(0);
    }
    // ANCHOR_END: dies
    wait(NULL);
    int error = take(account);
    printf("%s, halves %ld and %ld\n", error ? strerrorname_np(error) : "locked",
           account->halves[0], account->halves[1]);
    return error != 0;
}
