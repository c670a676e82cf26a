/* Opens one of everything, says so with a line, and waits for its input to end.
 *
 *   descriptors DIRECTORY
 *
 * DIRECTORY is empty. A child of it holds the same and waits for its parent's end.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <unistd.h>

/* The descriptor, or the end of the program with the reason. */
static int must(int result, const char *what)
{
    if (result < 0)
        err(1, "%s", what);
    return result;
}
#define MUST(call) must((call), #call)

static int loopback(int family, int type, int listens)
{
    int fd = MUST(socket(family, type | SOCK_CLOEXEC, 0));
    struct sockaddr_in four = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    int failed = family == AF_INET ? bind(fd, (struct sockaddr *)&four, sizeof four)
                                   : bind(fd, (struct sockaddr *)&six, sizeof six);
    if (failed && family == AF_INET6) {
        /* A machine without IPv6. */
        close(fd);
        return -1;
    }
    MUST(failed);
    if (listens)
        MUST(listen(fd, 8));
    return fd;
}

static void watch(int epoll, int fd, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.fd = fd};
    MUST(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event));
}

int main(int argc, char **argv)
{
    if (argc != 2)
        errx(2, "usage: descriptors DIRECTORY");
    MUST(chdir(argv[1]));
    /* Whatever who started us forgot to close. */
    MUST(syscall(SYS_close_range, 3, ~0U, 0));

    /* Files of every mode; a duplicate; a deleted one; one that only looks deleted. */
    MUST(open("read", O_RDONLY | O_CREAT, 0600));
    MUST(open("append", O_WRONLY | O_CREAT | O_APPEND | O_NONBLOCK | O_CLOEXEC, 0600));
    MUST(open("sync", O_WRONLY | O_CREAT | O_SYNC, 0600));
    int both = MUST(open("both", O_RDWR | O_CREAT, 0600));
    MUST(ftruncate(both, 5000));
    MUST(lseek(both, 100, SEEK_SET));
    MUST(dup(both));
    int gone = MUST(open("gone", O_RDWR | O_CREAT, 0600));
    MUST(ftruncate(gone, 12345));
    MUST(unlink("gone"));
    MUST(open("honest (deleted)", O_RDWR | O_CREAT, 0600));
    MUST(open("odd\nname\t\xff", O_RDWR | O_CREAT, 0600));
    MUST(open(".", O_RDONLY | O_DIRECTORY));
    MUST(symlink("read", "link"));
    MUST(open("link", O_PATH | O_NOFOLLOW));
    MUST(open("read", O_PATH));

    int ends[2];
    MUST(pipe2(ends, O_CLOEXEC));
    MUST(mkfifo("fifo", 0600));
    MUST(open("fifo", O_RDWR));

    int listening = loopback(AF_INET, SOCK_STREAM, 1);
    struct sockaddr_in address;
    socklen_t length = sizeof address;
    MUST(getsockname(listening, (struct sockaddr *)&address, &length));
    int client = MUST(socket(AF_INET, SOCK_STREAM, 0));
    MUST(connect(client, (struct sockaddr *)&address, sizeof address));
    MUST(accept(listening, NULL, NULL));
    loopback(AF_INET6, SOCK_STREAM, 1);
    MUST(socket(AF_INET, SOCK_STREAM, 0));
    loopback(AF_INET, SOCK_DGRAM, 0);
    MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
    int local = MUST(socket(AF_UNIX, SOCK_STREAM, 0));
    struct sockaddr_un path = {.sun_family = AF_UNIX, .sun_path = "socket"};
    MUST(bind(local, (struct sockaddr *)&path, sizeof path));
    MUST(listen(local, 8));
    MUST(socket(AF_NETLINK, SOCK_RAW, 0));

    int epoll = MUST(epoll_create1(EPOLL_CLOEXEC));
    watch(epoll, listening, EPOLLIN | EPOLLET);
    watch(epoll, ends[0], EPOLLOUT);
    /* Watched, then closed: its description lives on in another descriptor. */
    int copy = MUST(dup(client));
    MUST(dup(copy));
    watch(epoll, copy, EPOLLIN);
    MUST(close(copy));

    /* Takes the number that has become free. */
    MUST(eventfd(7, 0));
    MUST(timerfd_create(CLOCK_MONOTONIC, 0));
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    MUST(signalfd(-1, &set, 0));
    MUST(memfd_create("memory", 0));
    MUST(inotify_add_watch(MUST(inotify_init1(0)), ".", IN_CREATE));
    MUST(syscall(SYS_pidfd_open, getpid(), 0));
    int master, slave;
    MUST(openpty(&master, &slave, NULL, NULL, NULL));
    MUST(open("/dev/null", O_RDWR));

    pid_t parent = getpid();
    if (MUST(fork()) == 0) {
        MUST(prctl(PR_SET_PDEATHSIG, SIGKILL));
        while (getppid() == parent)
            pause();
        return 0;
    }
    puts("open");
    MUST(fflush(stdout));
    while (read(0, &ends, 1) > 0)
        ;
    return 0;
}
