// Several processes add to one counter, a 64-bit integer in a mapped file.
// Usage: count plain|atomic|lock|careless FILE PROCESSES TIMES
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

// ANCHOR: open
static int64_t *counter(const char *path) {
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (fd == -1)
        return NULL;
    off_t size = lseek(fd, 0, SEEK_END);
    int64_t *value = MAP_FAILED;
    if (size >= (off_t)sizeof *value || (size != -1 && ftruncate(fd, sizeof *value) == 0))
        value = mmap(NULL, sizeof *value, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    return value == MAP_FAILED ? NULL : value;
}
// ANCHOR_END: open

// ANCHOR: plain
static void plain(volatile int64_t *value) {
    *value = *value + 1;
}
// ANCHOR_END: plain

// ANCHOR: atomic
static void atomic(int64_t *value) {
    __atomic_fetch_add(value, 1, __ATOMIC_SEQ_CST);
}
// ANCHOR_END: atomic

// ANCHOR: careless
static void careless(int64_t *value) {
    int64_t old = __atomic_load_n(value, __ATOMIC_SEQ_CST);
    __atomic_store_n(value, old + 1, __ATOMIC_SEQ_CST);
}
// ANCHOR_END: careless

// ANCHOR: lock
static pthread_mutex_t *mutex(void) {
    pthread_mutex_t *mutex = mmap(NULL, sizeof *mutex, PROT_READ | PROT_WRITE,
                                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    if (mutex == MAP_FAILED || pthread_mutex_init(mutex, &attributes) != 0)
        exit(1);
    return mutex;
}

static void locked(int64_t *value, pthread_mutex_t *mutex) {
    pthread_mutex_lock(mutex);
    *value = *value + 1;
    pthread_mutex_unlock(mutex);
}
// ANCHOR_END: lock

int main(int argc, char **argv) {
    if (argc != 5)
        return 2;
    int64_t *value = counter(argv[2]);
    if (!value) {
        perror("count");
        return 1;
    }
    pthread_mutex_t *lock = mutex();
    long processes = strtol(argv[3], NULL, 10), times = strtol(argv[4], NULL, 10);
    for (long i = 0; i < processes; i++)
        if (fork() == 0) {
            for (long j = 0; j < times; j++)
                switch (argv[1][0]) {
                case 'p':
                    plain(value);
                    break;
                case 'a':
                    atomic(value);
                    break;
                case 'l':
                    locked(value, lock);
                    break;
                default:
                    careless(value);
                }
            _exit(0);
        }
    while (wait(NULL) != -1)
        ;
    printf("%lld\n", (long long)*value);
    return 0;
}
