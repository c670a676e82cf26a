// Closes every descriptor that it may have but the first three, as old daemons do.
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

int main(void) {
    // ANCHOR: close
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    for (rlim_t fd = 3; fd < limit.rlim_cur; fd++)
        close((int)fd);
    // ANCHOR_END: close
    printf("closed %llu descriptors\n", (unsigned long long)limit.rlim_cur - 3);
    return 0;
}
