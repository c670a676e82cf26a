/* A worker is this program once more, which finds the array by a descriptor that it is told of; its
 * sum is what it prints. It gives up its mapping before it ends. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
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
    for (size_t at = 0; at < size;) {
        /* A write may end within a block, and the next one begins there. */
        size_t in = at % sizeof block, length = sizeof block - in;
        if (length > size - at)
            length = size - at;
        ssize_t written = write(fd, (char *)block + in, length);
        if (written == -1)
            fail("cannot fill the array");
        at += (size_t)written;
    }
}

/* Makes the array; returns a descriptor by which it can be read and no more. */
static int make(size_t size)
{
    char path[64];
    int fd = memfd_create("weights", MFD_CLOEXEC);

    if (fd == -1 || ftruncate(fd, (off_t)size) == -1)
        fail("cannot make the array");
    fill(fd, size);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    int reading = open(path, O_RDONLY);
    if (reading == -1)
        fail(path);
    close(fd);
    return reading;
}

/* A worker, which ends here. */
static int work(int fd, size_t size, size_t first, size_t end)
{
    double sum = 0;

    if (first < end) {
        const float *values = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
        if (values == MAP_FAILED)
            fail("cannot map the array");
        for (size_t i = first; i < end; i++)
            sum += values[i];
        munmap((void *)values, size);
    }
    printf("%.0f", sum);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 6)
        return work(atoi(argv[1]), strtoul(argv[2], NULL, 10), strtoul(argv[3], NULL, 10),
                    strtoul(argv[4], NULL, 10));
    if (argc != 3) {
        fprintf(stderr, "usage: weights WORKERS COUNT\n");
        return 2;
    }
    size_t workers = strtoul(argv[1], NULL, 10), count = strtoul(argv[2], NULL, 10);
    int fd = make(count * sizeof(float)), status = 0;
    struct worker {
        pid_t pid;
        FILE *out;
    } *started = calloc(workers + 1, sizeof *started);

    if (!started)
        fail("cannot remember the workers");
    for (size_t k = 0; k < workers; k++) {
        char words[4][32];
        size_t numbers[] = { (size_t)fd, count * sizeof(float), k * count / workers,
                             (k + 1) * count / workers };
        int ends[2];
        if (pipe2(ends, O_CLOEXEC) == -1)
            fail("cannot make a pipe");
        for (int nth = 0; nth < 4; nth++)
            snprintf(words[nth], sizeof words[nth], "%zu", numbers[nth]);
        char *args[] = { argv[0], words[0], words[1], words[2], words[3], "worker", NULL };
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
        errno = posix_spawn(&started[k].pid, "/proc/self/exe", &actions, NULL, args, environ);
        if (errno != 0) {
            perror("weights: cannot start a worker");
            status = 1;
            workers = k;
        }
        close(ends[1]);
        started[k].out = fdopen(ends[0], "r");
    }
    double total = 0, *sums = calloc(workers + 1, sizeof *sums);
    for (size_t k = 0; k < workers; k++) {
        int how, has_sum = fscanf(started[k].out, "%lf", &sums[k]) == 1;
        if (waitpid(started[k].pid, &how, 0) == -1 || how != 0 || !has_sum) {
            fprintf(stderr, "weights: worker %zu has ended without a sum\n", k);
            status = 1;
        }
    }
    for (size_t k = 0; k < workers && status == 0; total += sums[k++])
        printf("worker %zu %.0f\n", k, sums[k]);
    if (status == 0)
        printf("total %.0f\n", total);
    return status;
}
