/* A size is made, and pages are believed to be there. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PERIOD = 1000, PERIODS = 256 };

static void fail(const char *what)
{
    fprintf(stderr, "weights: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void fill(int fd, size_t size)
{
    static float block[PERIOD * PERIODS];

    for (size_t i = 0; i < PERIOD * PERIODS; i++)
        block[i] = (float)(i % PERIOD);
    if (size == 0)
        return;
    char *array = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (array == MAP_FAILED)
        fail("cannot map the array");
    for (size_t at = 0; at < size; at += sizeof block)
        memcpy(array + at, block, size - at < sizeof block ? size - at : sizeof block);
    munmap(array, size);
}

static char name[64];
static pid_t maker;

static void clean_up(void)
{
    if (getpid() == maker)
        shm_unlink(name);
}

static void end(int number)
{
    shm_unlink(name);
    signal(number, SIG_DFL);
    raise(number);
}

/* Makes the array; returns a descriptor by which it can be read and no more. */
static int make(size_t size)
{
    struct sigaction ending = { .sa_handler = end };

    maker = getpid();
    snprintf(name, sizeof name, "/weights-%ld", (long)maker);
    sigaction(SIGTERM, &ending, NULL);
    sigaction(SIGINT, &ending, NULL);
    int fd = shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600);
    if (fd == -1)
        fail("cannot make the array");
    atexit(clean_up);
    if (ftruncate(fd, (off_t)size) == -1)
        fail("cannot make the array");
    fill(fd, size);
    int reading = shm_open(name, O_RDONLY, 0);
    if (reading == -1)
        fail(name);
    close(fd);
    return reading;
}

/* A worker, which ends here. */
static void work(int fd, size_t size, size_t first, size_t end, double *result)
{
    double sum = 0;

    if (first < end) {
        const float *values = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
        if (values == MAP_FAILED)
            fail("cannot map the array");
        for (size_t i = first; i < end; i++)
            sum += values[i];
    }
    *result = sum;
    _exit(0);
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: weights WORKERS COUNT\n");
        return 2;
    }
    size_t workers = strtoul(argv[1], NULL, 10), count = strtoul(argv[2], NULL, 10);
    int fd = make(count * sizeof(float)), status = 0;
    double *sums = mmap(NULL, workers * sizeof *sums + 1, PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid_t *pids = calloc(workers + 1, sizeof *pids), parent = getpid();

    if (sums == MAP_FAILED || !pids)
        fail("cannot make room for the sums");
    for (size_t k = 0; k < workers; k++) {
        pids[k] = fork();
        if (pids[k] == 0) {
            signal(SIGTERM, SIG_DFL);
            signal(SIGINT, SIG_DFL);
            /* Without the parent there is nobody to work for. */
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            if (getppid() != parent)
                _exit(1);
            work(fd, count * sizeof(float), k * count / workers, (k + 1) * count / workers,
                 &sums[k]);
        }
        if (pids[k] == -1) {
            perror("weights: cannot start a worker");
            status = 1;
            workers = k;
        }
    }
    for (size_t k = 0; k < workers; k++) {
        int how;
        if (waitpid(pids[k], &how, 0) == -1)
            fail("cannot wait for a worker");
        if (WIFSIGNALED(how))
            fprintf(stderr, "weights: worker %zu was ended by %s\n", k, strsignal(WTERMSIG(how)));
        if (!WIFEXITED(how) || WEXITSTATUS(how) != 0)
            status = 1;
    }
    double total = 0;
    for (size_t k = 0; k < workers && status == 0; k++) {
        printf("worker %zu %.0f\n", k, sums[k]);
        total += sums[k];
    }
    if (status == 0)
        printf("total %.0f\n", total);
    return status;
}
