// Until the last of many processes can read what one of them has: shared, and copied once.
//
//     sharing share|copy WORKERS BYTES
//
// Prints the seconds it took, from the moment on at which the first process has it.
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "measured.h"

static char *map(int protection, int flags, int object, size_t len) {
    char *memory = mmap(NULL, len, protection, flags, object, 0);
    if (memory == MAP_FAILED) fail("mmap");
    return memory;
}

int main(int argc, char **argv) {
    if (argc != 4) return 2;
    size_t workers = strtoul(argv[2], NULL, 10), len = strtoul(argv[3], NULL, 10);
    char *source = map(PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, len);
    memset(source, 7, len);
    double begin = now();
    if (strcmp(argv[1], "copy") == 0) {
        memcpy(map(PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, len), source, len);
        printf("%f\n", now() - begin);
        return 0;
    }
    char name[64];
    snprintf(name, sizeof name, "/sharing-%d", getpid());
    int object = shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600);
    if (object < 0) fail("shm_open");
    shm_unlink(name);
    if (ftruncate(object, len) < 0) fail("ftruncate");
    memcpy(map(PROT_READ | PROT_WRITE, MAP_SHARED, object, len), source, len);
    int ready[2], leave[2];
    if (pipe(ready) < 0 || pipe(leave) < 0) fail("pipe");
    for (size_t worker = 0; worker < workers; worker++) {
        switch (fork()) {
        case -1: fail("fork");
        case 0: {
            const volatile char *own = map(PROT_READ, MAP_SHARED, object, len);
            size_t first = worker * (len / workers);
            char is_right = own[first] == 7 && own[first + len / workers - 1] == 7, end;
            close(leave[1]);
            if (write(ready[1], &is_right, 1) < 0 || read(leave[0], &end, 1) < 0) fail("worker");
            _exit(!is_right);
        }
        }
    }
    for (size_t worker = 0; worker < workers; worker++) {
        char is_right;
        if (read(ready[0], &is_right, 1) != 1 || !is_right) fail("a worker");
    }
    // The others leave when the last end of this pipe for writing is closed.
    printf("%f\n", now() - begin);
    return 0;
}
