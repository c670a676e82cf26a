/* The sums lie behind the array, in pages of their own, which the workers can write to. What the
 * parent has mapped for writing is not for children (MADV_DONTFORK); each worker maps its own stripe
 * and no more, with all pages at once. */
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

static size_t page;

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

/* Makes the array; the sums lie in the last `room` bytes. */
static int make(size_t size, size_t room, double **sums)
{
    int fd = memfd_create("weights", MFD_CLOEXEC);

    if (fd == -1 || ftruncate(fd, (off_t)size) == -1)
        fail("cannot make the array");
    fill(fd, size - room);
    *sums = mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_SHARED, fd, (off_t)(size - room));
    if (*sums == MAP_FAILED || madvise(*sums, room, MADV_DONTFORK) == -1)
        fail("cannot map the sums");
    return fd;
}

/* A worker, which ends here. */
static void work(int fd, size_t size, size_t room, size_t first, size_t end, size_t k)
{
    double sum = 0, *sums;
    size_t from = first * sizeof(float) / page * page, to = end * sizeof(float);

    if (first < end) {
        const float *values = mmap(NULL, to - from, PROT_READ, MAP_SHARED | MAP_POPULATE, fd,
                                   (off_t)from);
        if (values == MAP_FAILED)
            fail("cannot map the array");
        for (size_t i = first; i < end; i++)
            sum += values[i - from / sizeof(float)];
    }
    sums = mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_SHARED, fd, (off_t)(size - room));
    if (sums == MAP_FAILED)
        fail("cannot map the sums");
    sums[k] = sum;
    _exit(0);
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: weights WORKERS COUNT\n");
        return 2;
    }
    size_t workers = strtoul(argv[1], NULL, 10), count = strtoul(argv[2], NULL, 10);
    double *sums = NULL;
    page = (size_t)sysconf(_SC_PAGESIZE);
    size_t array = (count * sizeof(float) + page - 1) / page * page;
    size_t room = (workers * sizeof *sums / page + 1) * page;
    int fd = make(array + room, room, &sums), status = 0;
    pid_t *pids = calloc(workers + 1, sizeof *pids), parent = getpid();

    if (!pids)
        fail("cannot make room for the sums");
    for (size_t k = 0; k < workers; k++) {
        pids[k] = fork();
        if (pids[k] == 0) {
            /* Without the parent there is nobody to work for. */
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            if (getppid() != parent)
                _exit(1);
            work(fd, array + room, room, k * count / workers, (k + 1) * count / workers, k);
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
