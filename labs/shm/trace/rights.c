// A shared memory object holds a 1. Opens and maps it with some rights, changes these perhaps,
// stores a 2, and prints what the object holds then.
// Usage: rights OPEN MAP PROTECTION [PROTECTION]    OPEN: ro, rw; MAP: shared, private;
//                                                   PROTECTION: r, rw; the second for mprotect
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static int protection(const char *word) {
    return strcmp(word, "rw") == 0 ? PROT_READ | PROT_WRITE : PROT_READ;
}

int main(int argc, char **argv) {
    if (argc < 4)
        return 2;
    int object = shm_open("/rights", O_RDWR | O_CREAT | O_EXCL, 0600);
    if (write(object, "1\n", 2) != 2)
        return 1;
    close(object);
    object = shm_open("/rights", strcmp(argv[1], "rw") == 0 ? O_RDWR : O_RDONLY, 0);
    shm_unlink("/rights");
    int flags = strcmp(argv[2], "shared") == 0 ? MAP_SHARED : MAP_PRIVATE;
    volatile char *memory = mmap(NULL, 2, protection(argv[3]), flags, object, 0);
    if (memory == MAP_FAILED)
        return 1;
    if (argc > 4 && mprotect((void *)memory, 2, protection(argv[4])) == -1)
        return 1;
    *memory = '2';
    char text[2];
    return pread(object, text, 2, 0) != 2 || write(1, text, 2) != 2;
}
