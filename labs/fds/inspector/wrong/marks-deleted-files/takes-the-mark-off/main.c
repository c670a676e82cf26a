/* inspector PID. Mistake: it cuts off the mark of the kernel, since a path is no path with it. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

struct sock {
    unsigned long inode;
    const char *kind;
    char *target;       /* NULL: it has no name */
};

static struct sock *socks;
static size_t sock_count, sock_room;
static int process;     /* /proc/PID */
static int directory;   /* /proc/PID/fd */
static const char *pid;

static void *grown(void *memory, size_t count, size_t *room, size_t each)
{
    if (count < *room)
        return memory;
    *room = *room ? 2 * *room : 256;
    memory = realloc(memory, *room * each);
    if (!memory) {
        perror("inspector");
        exit(1);
    }
    return memory;
}

static void remember(unsigned long inode, const char *kind, const char *target)
{
    socks = grown(socks, sock_count, &sock_room, sizeof *socks);
    socks[sock_count++] = (struct sock){inode, kind, target ? strdup(target) : NULL};
}

/* "0100007F:0050" is 127.0.0.1:80: words in the machine's byte order, which hold bytes in that of the
 * network. */
static void address(const char *text, char *out, size_t size)
{
    unsigned char bytes[16];
    char host[INET6_ADDRSTRLEN];
    size_t words = strcspn(text, ":") / 8;

    for (size_t at = 0; at < words; at++) {
        char digits[9] = "";
        memcpy(digits, text + 8 * at, 8);
        unsigned int word = strtoul(digits, NULL, 16);
        memcpy(bytes + 4 * at, &word, 4);
    }
    unsigned long port = strtoul(strchr(text, ':') + 1, NULL, 16);
    inet_ntop(words == 1 ? AF_INET : AF_INET6, bytes, host, sizeof host);
    snprintf(out, size, words == 1 ? "%s:%lu" : "[%s]:%lu", host, port);
}

static FILE *table(const char *name)
{
    int fd = openat(process, name, O_RDONLY | O_CLOEXEC);
    char *line = NULL;
    size_t size = 0;
    FILE *file = fd < 0 ? NULL : fdopen(fd, "r");   /* no IPv6; or no process any more */

    if (file && getline(&line, &size, file) < 0) {  /* the headings */
        fclose(file);
        file = NULL;
    }
    free(line);
    return file;
}

static void read_internet(const char *name, const char *kind)
{
    enum { LISTENING = 0x0A };
    char *line = NULL, local[64], remote[64], here[96], there[96], target[200];
    size_t size = 0;
    unsigned int state;
    unsigned long inode;
    FILE *file = table(name);

    if (!file)
        return;
    while (getline(&line, &size, file) > 0) {
        if (sscanf(line, "%*s %63s %63s %x %*s %*s %*s %*s %*s %lu", local, remote, &state, &inode) != 4)
            continue;
        address(local, here, sizeof here);
        address(remote, there, sizeof there);
        if (strcmp(strchr(remote, ':'), ":0000") != 0)
            snprintf(target, sizeof target, "%s->%s", here, there);
        else
            snprintf(target, sizeof target, "%s%s", here,
                     strcmp(kind, "tcp") == 0 && state == LISTENING ? " LISTEN" : "");
        remember(inode, kind, target);
    }
    free(line);
    fclose(file);
}

static void read_unix(void)
{
    char *line = NULL;
    size_t size = 0;
    ssize_t length;
    unsigned long inode;
    int end;
    FILE *file = table("net/unix");

    if (!file)
        return;
    while ((length = getline(&line, &size, file)) > 0) {
        if (line[length - 1] == '\n')
            line[length - 1] = '\0';
        if (sscanf(line, "%*s %*s %*s %*s %*s %*s %lu%n", &inode, &end) == 1)
            remember(inode, "unix", line[end] == ' ' ? line + end + 1 : NULL);
    }
    free(line);
    fclose(file);
}

static int by_inode(const void *one, const void *other)
{
    unsigned long a = ((const struct sock *)one)->inode, b = ((const struct sock *)other)->inode;
    return (a > b) - (a < b);
}

static struct sock *find(unsigned long inode)
{
    static int is_read;

    if (!is_read) {
        read_internet("net/tcp", "tcp");
        read_internet("net/tcp6", "tcp");
        read_internet("net/udp", "udp");
        read_internet("net/udp6", "udp");
        read_unix();
        qsort(socks, sock_count, sizeof *socks, by_inode);
        is_read = 1;
    }
    struct sock wanted = {.inode = inode};
    return socks ? bsearch(&wanted, socks, sock_count, sizeof wanted, by_inode) : NULL;
}

/* A socket that is in no table: the kernel says at least of which protocol it is. */
static const char *unlisted(const char *number)
{
    char path[64], name[64] = "";

    snprintf(path, sizeof path, "/proc/%s/fd/%s", pid, number);
    if (getxattr(path, "system.sockprotoname", name, sizeof name - 1) < 0)
        return NULL;
    return strncmp(name, "TCP", 3) == 0 ? "tcp"
        : strncmp(name, "UDP", 3) == 0 ? "udp"
        : strncmp(name, "UNIX", 4) == 0 ? "unix" : "other";
}

static const char *kind_by_link(const char *link)
{
    static const struct { const char *link, *kind; } known[] = {
        {"anon_inode:[eventpoll]", "epoll"}, {"anon_inode:[eventfd]", "eventfd"},
        {"anon_inode:[timerfd]", "timerfd"}, {"anon_inode:[signalfd]", "signalfd"},
        {"anon_inode:[pidfd]", "pidfd"}, {"anon_inode:inotify", "inotify"},
    };

    for (size_t at = 0; at < sizeof known / sizeof *known; at++)
        if (strcmp(link, known[at].link) == 0)
            return known[at].kind;
    return NULL;
}

static const char *kind_by_mode(mode_t mode, const char *link)
{
    if (S_ISFIFO(mode))
        return "pipe";
    if (link[0] != '/')
        return "other";
    return S_ISREG(mode) ? "file" : S_ISDIR(mode) ? "dir"
        : S_ISCHR(mode) || S_ISBLK(mode) ? "device" : "other";
}

static void print(const char *number, const char *kind, mode_t bits, const char *target)
{
    const char *mode = bits & S_IRUSR ? (bits & S_IWUSR ? "rw" : "r") : (bits & S_IWUSR ? "w" : "-");

    printf("%s\t%s\t%s\t", number, kind, mode);
    for (; *target; target++)
        switch (*target) {
        case '\t': fputs("\\t", stdout); break;
        case '\n': fputs("\\n", stdout); break;
        case '\\': fputs("\\\\", stdout); break;
        default: putchar(*target);
        }
    putchar('\n');
}

static void describe(int fd)
{
    char number[16], link[4096 + 32];
    struct stat own, status;
    unsigned long inode;

    snprintf(number, sizeof number, "%d", fd);
    ssize_t length = readlinkat(directory, number, link, sizeof link - 1);
    /* The link's own permission bits are those with which the descriptor was opened. */
    if (length < 0 || fstatat(directory, number, &own, AT_SYMLINK_NOFOLLOW) < 0
        || fstatat(directory, number, &status, 0) < 0)
        return;
    link[length] = '\0';

    char *mark = strstr(link, " (deleted)");
    if (mark && link[1] != 'm')
        *mark = '\0';
    const char *kind = kind_by_link(link), *target = link;
    if (!kind && sscanf(link, "socket:[%lu]", &inode) == 1) {
        struct sock *sock = find(inode);
        kind = sock ? sock->kind : unlisted(number);
        if (!kind)
            return;
        if (sock && sock->target)
            target = sock->target;
        else if (!sock && (strcmp(kind, "tcp") == 0 || strcmp(kind, "udp") == 0))
            target = "-";
    }
    if (!kind && strncmp(link, "/memfd:", 7) == 0 && status.st_nlink == 0)
        kind = "memfd";
    print(number, kind ? kind : kind_by_mode(status.st_mode, link), own.st_mode, target);
}

/* Its directory is root's then, and would be empty. */
static int is_zombie(void)
{
    char text[512] = "";
    int fd = openat(process, "stat", O_RDONLY | O_CLOEXEC);
    ssize_t length = fd < 0 ? 0 : read(fd, text, sizeof text - 1);

    if (fd >= 0)
        close(fd);
    text[length > 0 ? length : 0] = '\0';
    char *name_end = strrchr(text, ')');
    return name_end && strncmp(name_end, ") Z", 3) == 0;
}

static int by_number(const void *one, const void *other)
{
    int a = *(const int *)one, b = *(const int *)other;
    return (a > b) - (a < b);
}

int main(int argc, char **argv)
{
    char path[64];

    if (argc != 2 || !*argv[1] || strlen(argv[1]) > 20
        || strspn(argv[1], "0123456789") != strlen(argv[1])) {
        fputs("usage: inspector PID\n", stderr);
        return 2;
    }
    pid = argv[1];
    snprintf(path, sizeof path, "/proc/%s", pid);
    process = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    directory = process < 0 ? -1 : openat(process, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *entries = directory < 0 ? NULL : fdopendir(dup(directory));
    if (!entries) {
        int reason = errno;
        if (process >= 0 && is_zombie())
            return 0;
        fprintf(stderr, "inspector: process %s: %s\n", pid, strerror(reason));
        return 1;
    }

    int *numbers = NULL;
    size_t count = 0, room = 0;
    for (struct dirent *entry; (entry = readdir(entries)); )
        if (isdigit((unsigned char)entry->d_name[0])) {
            numbers = grown(numbers, count, &room, sizeof *numbers);
            numbers[count++] = atoi(entry->d_name);
        }
    if (count > 0)
        qsort(numbers, count, sizeof *numbers, by_number);
    for (size_t at = 0; at < count; at++)
        describe(numbers[at]);
    return fflush(stdout) == 0 ? 0 : 1;
}
