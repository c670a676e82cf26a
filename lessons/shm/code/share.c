// One array of floats, made by the parent, read by children that cannot write to it.
// Usage: share COUNT CHILDREN
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PERIOD = 1000 };

// ANCHOR: make
// Makes an object of this size, and returns a descriptor by which it can only be read; -1 for an
// error. `fill` gets one by which it can be written.
static int make(off_t size, int (*fill)(int, off_t)) {
    char name[64];
    snprintf(name, sizeof name, "/share-%ld", (long)getpid());
    int writing = shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600);
    if (writing == -1)
        return -1;
    int reading = shm_open(name, O_RDONLY, 0);
    shm_unlink(name);
    if (reading != -1 && (ftruncate(writing, size) == -1 || fill(writing, size) == -1)) {
        close(reading);
        reading = -1;
    }
    close(writing);
    return reading;
}
// ANCHOR_END: make

// ANCHOR: fill
static int fill(int fd, off_t size) {
    static float period[PERIOD];
    for (int i = 0; i < PERIOD; i++)
        period[i] = (float)i;
    for (off_t at = 0; at < size;) {
        size_t in = (size_t)(at % (off_t)sizeof period), length = sizeof period - in;
        if ((off_t)length > size - at)
            length = (size_t)(size - at);
        ssize_t written = write(fd, (char *)period + in, length);
        if (written == -1)
            return -1;
        at += written;
    }
    return 0;
}
// ANCHOR_END: fill

// ANCHOR: child
static int child(int fd, size_t count, size_t k, size_t children) {
    const float *values = mmap(NULL, count * sizeof *values, PROT_READ, MAP_SHARED, fd, 0);
    if (values == MAP_FAILED)
        return 1;
    double sum = 0;
    for (size_t i = k * count / children; i < (k + 1) * count / children; i++)
        sum += values[i];
    printf("child %zu %.0f\n", k, sum);
    return 0;
}
// ANCHOR_END: child

int main(int argc, char **argv) {
    if (argc != 3)
        return 2;
    size_t count = strtoul(argv[1], NULL, 10), children = strtoul(argv[2], NULL, 10);
    int fd = make((off_t)(count * sizeof(float)), fill);
    if (fd == -1) {
        perror("share");
        return 1;
    }
    for (size_t k = 0; k < children; k++) {
        pid_t pid = fork();
        if (pid == 0)
            exit(child(fd, count, k, children));
        waitpid(pid, NULL, 0);
    }
    return 0;
}
