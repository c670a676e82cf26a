// Adds each descriptor that it may open to a set for select, as servers did. See select(2).
#include <stdio.h>
#include <sys/select.h>
#include <unistd.h>

int main(void) {
    fd_set readable;
    FD_ZERO(&readable);
    int fd;
    // ANCHOR: set
    while ((fd = dup(0)) != -1)
        FD_SET(fd, &readable);
    // ANCHOR_END: set
    puts("done");
    return 0;
}
