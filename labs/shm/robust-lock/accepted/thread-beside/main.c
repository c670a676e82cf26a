// Each process has a second thread, which looks around every ten milliseconds while the first one adds. Where
// that one is stopped in the middle, it goes on looking: it does not wait for the lock.
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int adds;

static void set(int value)
{
    pthread_mutex_lock(&mutex);
    adds = value;
    pthread_cond_signal(&changed);
    pthread_mutex_unlock(&mutex);
}

static void *look_around(void *unused)
{
    for (;;) {
        pthread_mutex_lock(&mutex);
        while (!adds)
            pthread_cond_wait(&changed, &mutex);
        pthread_mutex_unlock(&mutex);
        usleep(10000);
    }
    return unused;
}

static void add(const char *path, volatile uint64_t *counter, long times)
{
    int fd = open(path, O_RDWR | O_CLOEXEC);
    pthread_t thread;
    if (fd < 0 || pthread_create(&thread, NULL, look_around, NULL) != 0)
        _exit(1);
    for (; times > 0; times--) {
        if (flock(fd, LOCK_EX) < 0)
            _exit(1);
        set(1);
        *counter += 1;
        set(0);
        flock(fd, LOCK_UN);
    }
    _exit(0);
}

int main(int argc, char **argv)
{
    struct stat stat;
    int fd = argc > 3 ? open(argv[1], O_RDWR | O_CREAT | O_CLOEXEC, 0644) : -1;
    if (fd < 0 || fstat(fd, &stat) < 0 || (stat.st_size < 8 && ftruncate(fd, 8) < 0))
        return 1;
    volatile uint64_t *counter = mmap(NULL, 8, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (counter == MAP_FAILED)
        return 1;
    for (int process = atoi(argv[2]); process > 0; process--) {
        pid_t child = fork();
        if (child < 0)
            return 1;
        if (child == 0)
            add(argv[1], counter, atol(argv[3]));
    }
    int status, failed = 0;
    while (wait(&status) > 0)
        failed |= status != 0;
    printf("%llu\n", (unsigned long long)*counter);
    return failed;
}
