/* Fills every directory that it may write to, and makes a file of a tebibyte. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

int main(void)
{
    const char *places[] = { "/lab", "/tmp", "/dev/shm", "/submission" };
    char path[64];
    signal(SIGXFSZ, SIG_IGN);
    for (int i = 0; i < 4; i++) {
        int files = 0, fd;
        do {
            snprintf(path, sizeof path, "%s/f%d", places[i], files);
            fd = open(path, O_WRONLY | O_CREAT, 0600);
        } while (fd >= 0 && ++files < 100 && !posix_fallocate(fd, 0, 16 << 20));
        printf("%s %s\n", places[i], files < 100 ? "ended early" : "took all");
        printf("sparse %s\n", fd >= 0 && !ftruncate(fd, 1L << 40) ? "made" : "refused");
    }
    return 0;
}
