// Makes shared memory of three kinds, removes some of it, and ends.
// Usage: left STEP...    STEP: +NAME=SIZE makes /NAME (POSIX), -NAME removes that name;
//                        memfd=SIZE; system-v=SIZE makes a segment, remove marks the last one
// What is left of it: ls /dev/shm; ipcs -m. Away with it: rm /dev/shm/NAME; ipcrm -m ID
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <unistd.h>

int main(int argc, char **argv) {
    int segment = -1;
    for (int i = 1; i < argc; i++) {
        char *size = strchr(argv[i], '=');
        if (size)
            *size++ = 0;
        size_t length = size ? strtoul(size, NULL, 10) : 0;
        char name[16] = "/";
        strncat(name, argv[i] + 1, sizeof name - 2);
        if (argv[i][0] == '+') {
            int object = shm_open(name, O_RDWR | O_CREAT, 0600);
            if (ftruncate(object, (off_t)length) == -1)
                return 1;
        } else if (argv[i][0] == '-') {
            shm_unlink(name);
        } else if (strcmp(argv[i], "memfd") == 0) {
            if (ftruncate(memfd_create("left", 0), (off_t)length) == -1)
                return 1;
        } else if (strcmp(argv[i], "system-v") == 0) {
            segment = shmget(IPC_PRIVATE, length, IPC_CREAT | 0600);
            if (shmat(segment, NULL, 0) == (void *)-1)
                return 1;
        } else {
            shmctl(segment, IPC_RMID, NULL);
        }
    }
    return 0;
}
