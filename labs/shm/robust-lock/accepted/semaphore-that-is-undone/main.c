/* A System V semaphore: the kernel undoes what a dead process has done to it (SEM_UNDO). It is removed at
 * the end. */
#define _GNU_SOURCE
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sem.h>
#include <sys/stat.h>
#include <sys/wait.h>
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

static int semaphore(void)
{
    int id = semget(IPC_PRIVATE, 1, 0600);

    check(id == -1, "semget");
    check(semctl(id, 0, SETVAL, 1) == -1, "semctl");
    return id;
}

static void change(int id, short by)
{
    struct sembuf operation = {.sem_op = by, .sem_flg = SEM_UNDO};

    check(semop(id, &operation, 1) == -1, "semop");
}

static void add(volatile uint64_t *counter, int id, long times)
{
    for (long time = 0; time < times; time++) {
        change(id, -1);
        *counter = htole64(le64toh(*counter) + 1);
        change(id, 1);
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
    int id = semaphore();
    for (long process = atol(argv[2]); process > 0; process--) {
        pid_t child = fork();
        check(child == -1, "fork");
        if (child == 0) {
            add(counter, id, atol(argv[3]));
            _exit(0);
        }
    }
    while (wait(&status) > 0)
        has_lost |= status != 0;
    semctl(id, 0, IPC_RMID);
    if (has_lost)
        fprintf(stderr, "robust-lock: not every process finished\n");
    printf("%" PRIu64 "\n", le64toh(*counter));
    return has_lost;
}
