// Uses a mutex and a semaphore that other processes could use as well; none does.
// Usage: futexes STEP...    STEP: lock, unlock, post, wait (lock and wait give up after 1 ms)
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

struct shared {
    pthread_mutex_t mutex;
    sem_t semaphore;
};

static struct timespec soon(void) {
    struct timespec time;
    clock_gettime(CLOCK_REALTIME, &time);
    time.tv_nsec += 1000000;
    if (time.tv_nsec >= 1000000000) {
        time.tv_nsec -= 1000000000;
        time.tv_sec++;
    }
    return time;
}

int main(int argc, char **argv) {
    struct shared *shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE,
                                 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        return 1;
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(&shared->mutex, &attributes);
    sem_init(&shared->semaphore, 1, 0);
    for (int i = 1; i < argc; i++) {
        struct timespec deadline = soon();
        if (strcmp(argv[i], "lock") == 0)
            pthread_mutex_timedlock(&shared->mutex, &deadline);
        else if (strcmp(argv[i], "unlock") == 0)
            pthread_mutex_unlock(&shared->mutex);
        else if (strcmp(argv[i], "post") == 0)
            sem_post(&shared->semaphore);
        else
            sem_timedwait(&shared->semaphore, &deadline);
    }
    return 0;
}
