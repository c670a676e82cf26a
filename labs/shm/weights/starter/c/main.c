/* weights WORKERS COUNT: sums an array in shared memory with so many processes.
 *
 * This starter has an array that every worker can see, and believes that nothing goes wrong: follow
 * the TODOs. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static float *make(size_t count)
{
    char name[64];

    /* TODO: who removes this name, and what if a signal comes before that? */
    snprintf(name, sizeof name, "/weights-%ld", (long)getpid());
    int fd = shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600);
    if (fd == -1 || ftruncate(fd, (off_t)(count * sizeof(float))) == -1)
        fail(name);
    if (count == 0)
        return NULL;
    float *values = mmap(NULL, count * sizeof(float), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (values == MAP_FAILED)
        fail(name);
    /* TODO: what if there is no room for these pages? */
    for (size_t i = 0; i < count; i++)
        values[i] = (float)(i % 1000);
    return values;
}

/* TODO: a worker only reads. With which rights does it have this mapping? */
static double sum(const float *values, size_t first, size_t end)
{
    double sum = 0;
    /* TODO: this is a copy, and it is not needed. */
    float *own = malloc((end - first) * sizeof *own + 1);

    if (!own)
        fail("malloc");
    memcpy(own, values + first, (end - first) * sizeof *own);
    for (size_t i = 0; i < end - first; i++)
        sum += own[i];
    free(own);
    return sum;
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: weights WORKERS COUNT\n");
        return 2;
    }
    /* TODO: how large is the largest number that is made of these? */
    int workers = atoi(argv[1]), count = atoi(argv[2]);
    float *values = make((size_t)count);
    double *sums = mmap(NULL, (size_t)workers * sizeof *sums + 1, PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    double total = 0;

    if (sums == MAP_FAILED)
        fail("mmap");
    for (int k = 0; k < workers; k++) {
        /* TODO: what if this fails? */
        if (fork() == 0) {
            sums[k] = sum(values, (size_t)(k * count / workers),
                          (size_t)((k + 1) * count / workers));
            _exit(0);
        }
    }
    /* TODO: how did they end? */
    while (wait(NULL) > 0)
        ;
    for (int k = 0; k < workers; k++) {
        printf("worker %d %.0f\n", k, sums[k]);
        total += sums[k];
    }
    printf("total %.0f\n", total);
    return 0;
}
