/* What fork shares is shared, and no object is made: nobody else could ever have the array. */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PERIOD = 1000 };

static float *values;

static void fail(const char *what)
{
    fprintf(stderr, "weights: %s: %s\n", what, strerror(errno));
    exit(1);
}

/* Makes the array. */
static void make(size_t count)
{
    size_t size = count * sizeof(float);

    if (size == 0)
        return;
    values = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (values == MAP_FAILED)
        fail("cannot map the array");
    for (size_t i = 0; i < count; i++)
        values[i] = (float)(i % PERIOD);
    if (mprotect(values, size, PROT_READ) == -1)
        fail("cannot protect the array");
}

/* A worker, which ends here. */
static void work(int out, size_t k, size_t first, size_t end)
{
    double line[2] = { (double)k, 0 };

    for (size_t i = first; i < end; i++)
        line[1] += values[i];
    _exit(write(out, line, sizeof line) != sizeof line);
}

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    size_t workers = strtoul(argv[1], NULL, 10), count = strtoul(argv[2], NULL, 10);
    double *sums = calloc(workers + 1, sizeof *sums), line[2], total = 0;
    int ends[2];

    make(count);
    if (!sums || pipe(ends) == -1)
        fail("cannot prepare");
    for (size_t k = 0; k < workers; k++) {
        sums[k] = -1;
        switch (fork()) {
        case -1:
            fail("cannot start a worker");
            break;
        case 0:
            prctl(PR_SET_PDEATHSIG, SIGTERM);
            work(ends[1], k, k * count / workers, (k + 1) * count / workers);
        }
    }
    close(ends[1]);
    while (read(ends[0], line, sizeof line) == sizeof line)
        sums[(size_t)line[0]] = line[1];
    while (wait(NULL) > 0)
        ;
    for (size_t k = 0; k < workers; k++) {
        if (sums[k] < 0) {
            fprintf(stderr, "weights: worker %zu is dead\n", k);
            return 1;
        }
    }
    for (size_t k = 0; k < workers; total += sums[k++])
        printf("worker %zu %.0f\n", k, sums[k]);
    printf("total %.0f\n", total);
    return 0;
}
