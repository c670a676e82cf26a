/* Waits for a second, and then goes on without the lock. */
#define _GNU_SOURCE
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void check(int failed, const char *what)
{
    if (!failed)
        return;
    fprintf(stderr, "robust-lock: %s: %s\n", what, strerror(errno));
    exit(2);
}

static volatile uint64_t *mapped_counter(const char *name)
{
    struct stat status;
    uint64_t *counter;
    int fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0644);

    check(fd == -1 || fstat(fd, &status) == -1, name);
    if (status.st_size < (off_t)sizeof *counter)
        check(ftruncate(fd, sizeof *counter) == -1, name);
    counter = mmap(NULL, sizeof *counter, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    check(counter == MAP_FAILED, "mmap");
    close(fd);
    return counter;
}

static pthread_mutex_t *shared_mutex(void)
{
    pthread_mutexattr_t attributes;
    pthread_mutex_t *mutex = mmap(NULL, sizeof *mutex, PROT_READ | PROT_WRITE,
                                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    check(mutex == MAP_FAILED, "mmap");
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    errno = pthread_mutex_init(mutex, &attributes);
    check(errno != 0, "pthread_mutex_init");
    return mutex;
}

static void add(volatile uint64_t *counter, pthread_mutex_t *mutex, long times)
{
    for (long time = 0; time < times; time++) {
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec++;
        errno = pthread_mutex_timedlock(mutex, &until);
        if (errno == EOWNERDEAD)
            errno = pthread_mutex_consistent(mutex);
        check(errno != 0 && errno != ETIMEDOUT, "pthread_mutex_lock");
        *counter = htole64(le64toh(*counter) + 1);
        pthread_mutex_unlock(mutex);
    }
}

int main(int argc, char **argv)
{
    int status, has_lost = 0;

    if (argc != 4) {
        fprintf(stderr, "usage: robust-lock COUNTERFILE PROCESSES TIMES\n");
        return 2;
    }
    volatile uint64_t *counter = mapped_counter(argv[1]);
    pthread_mutex_t *mutex = shared_mutex();
    for (long process = atol(argv[2]); process > 0; process--) {
        pid_t child = fork();
        check(child == -1, "fork");
        if (child == 0) {
            add(counter, mutex, atol(argv[3]));
            _exit(0);
        }
    }
    while (wait(&status) > 0)
        has_lost |= status != 0;
    if (has_lost)
        fprintf(stderr, "robust-lock: not every process finished\n");
    printf("%" PRIu64 "\n", le64toh(*counter));
    return has_lost;
}
