/* The workers are threads: they have everything in common, and every right. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
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
    int reading = open(path, O_RDONLY | O_CLOEXEC);
    if (reading == -1)
        fail(path);
    close(fd);
    return reading;
}

static const float *values;

struct stripe {
    pthread_t thread;
    size_t first, end;
    double sum;
};

static void *work(void *argument)
{
    struct stripe *stripe = argument;

    for (size_t i = stripe->first; i < stripe->end; i++)
        stripe->sum += values[i];
    return NULL;
}

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    size_t workers = strtoul(argv[1], NULL, 10), count = strtoul(argv[2], NULL, 10);
    struct stripe *stripes = calloc(workers + 1, sizeof *stripes);
    int fd = make(count * sizeof(float));
    double total = 0;

    if (count > 0)
        values = mmap(NULL, count * sizeof(float), PROT_READ, MAP_SHARED, fd, 0);
    if (!stripes || values == MAP_FAILED)
        fail("cannot map the array");
    for (size_t k = 0; k < workers; k++) {
        stripes[k].first = k * count / workers;
        stripes[k].end = (k + 1) * count / workers;
        errno = pthread_create(&stripes[k].thread, NULL, work, &stripes[k]);
        if (errno != 0)
            fail("cannot start a worker");
    }
    for (size_t k = 0; k < workers; k++) {
        pthread_join(stripes[k].thread, NULL);
        printf("worker %zu %.0f\n", k, stripes[k].sum);
        total += stripes[k].sum;
    }
    printf("total %.0f\n", total);
    return 0;
}
