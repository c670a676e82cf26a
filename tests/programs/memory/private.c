// A child copies 32 MiB and frees them again; another borrows its parent's memory (vfork) while it
// ends; the parent has 32 MiB of shared memory, of which it looks at every page.
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SIZE = 32 << 20 };

int main(void) {
    char *shared = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        return 1;
    memset(shared, 1, SIZE);
    if (fork() == 0) {
        char *own = malloc(SIZE);
        if (!own)
            _exit(1);
        memcpy(own, shared, SIZE);
        int is_copied = own[SIZE - 1] == 1;
        free(own);
        _exit(!is_copied);
    }
    if (vfork() == 0)
        _exit(0);
    int how;
    while (wait(&how) > 0)
        if (how != 0)
            return 1;
    return 0;
}
