/* Starts its commands with posix_spawn, which opens /dev/null in the child and reports an error of that. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LOG_MAX = 1024, LOGS = 3, LINE = 8192 };

static int logfd = -1;

static void close_if_open(int fd)
{
    if (fd != -1)
        close(fd);
}

static int open_log(void)
{
    return open("app.log", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
}

static const char *log_name(int number)
{
    static char name[2][32];
    static int which;

    which = !which;
    snprintf(name[which], sizeof name[which], number ? "app.log.%d" : "app.log", number);
    return name[which];
}

/* Makes app.log app.log.1 and so on, the oldest first. */
static bool rename_logs(void)
{
    for (int number = LOGS; number > 0; number--)
        if (rename(log_name(number - 1), log_name(number)) == -1 && errno != ENOENT)
            return false;
    return true;
}

static void rotate(void)
{
    if (!rename_logs())
        return;
    int fresh = open_log();
    if (fresh == -1) {
        rename(log_name(1), log_name(0));
        return;
    }
    close(logfd);
    logfd = fresh;
}

static bool write_all(int fd, const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t wrote = write(fd, bytes, size);
        if (wrote == -1)
            return false;
        bytes += wrote;
        size -= (size_t)wrote;
    }
    return true;
}

static bool log_line(const char *text)
{
    char line[LINE];
    struct stat status;

    if (fstat(logfd, &status) == 0 && status.st_size > LOG_MAX)
        rotate();
    int length = snprintf(line, sizeof line, "%s\n", text);
    return write_all(logfd, line, (size_t)length);
}

/* The shortest repair: what is not opened need not be closed. */
static bool size_of(const char *name, long long *size)
{
    struct stat status;

    if (stat(name, &status) == -1 || !S_ISREG(status.st_mode))
        return false;
    *size = status.st_size;
    return true;
}

static bool ping(void)
{
    int ends[2];
    char byte = '!';

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == -1)
        return false;
    bool is_through = write(ends[0], &byte, 1) == 1 && read(ends[1], &byte, 1) == 1;
    close(ends[0]);
    close(ends[1]);
    return is_through;
}

/* Reads what the command writes, and waits for it. */
static bool finish(pid_t child, int output, int *result, long long *bytes)
{
    char buffer[65536];
    ssize_t got;
    int status;

    *bytes = 0;
    while ((got = read(output, buffer, sizeof buffer)) > 0)
        *bytes += got;
    if (waitpid(child, &status, 0) == -1 || got == -1)
        return false;
    *result = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return true;
}

static bool run(const char *command, int *result, long long *bytes)
{
    int ends[2] = {-1, -1};
    bool is_done = false;
    char *argv[] = {"sh", "-c", (char *)command, NULL};
    posix_spawn_file_actions_t actions;

    if (pipe2(ends, O_CLOEXEC) == 0) {
        pid_t child = -1;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
        if (posix_spawn(&child, "/bin/sh", &actions, NULL, argv, environ) != 0)
            child = -1;
        posix_spawn_file_actions_destroy(&actions);
        close(ends[1]);     /* or there is no end of file */
        ends[1] = -1;
        if (child != -1)
            is_done = finish(child, ends[0], result, bytes);
    }
    close_if_open(ends[0]);
    close_if_open(ends[1]);
    return is_done;
}

static bool copy(const char *from, const char *to)
{
    char buffer[65536];
    ssize_t got = -1;
    int in = open(from, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    int out = in == -1 ? -1 : open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);

    if (out != -1)
        while ((got = read(in, buffer, sizeof buffer)) > 0)
            if (!write_all(out, buffer, (size_t)got))
                break;
    /* An error of a write may come to light only now. */
    bool is_closed = out != -1 && close(out) == 0;
    close_if_open(in);
    return got == 0 && is_closed;
}

static void answer(bool is_done)
{
    puts(is_done ? "ok" : "error");
}

static void serve(char *line)
{
    char *rest = strchrnul(line, ' ');
    bool has_rest = *rest == ' ';
    if (has_rest)
        *rest++ = '\0';
    char *second = strchrnul(rest, ' ');
    long long number;
    int status;

    if (strcmp(line, "log") == 0 && has_rest) {
        answer(log_line(rest));
    } else if (strcmp(line, "size") == 0 && has_rest && size_of(rest, &number)) {
        printf("ok %lld\n", number);
    } else if (strcmp(line, "ping") == 0) {
        answer(ping());
    } else if (strcmp(line, "run") == 0 && has_rest && run(rest, &status, &number)) {
        printf("ok %d %lld\n", status, number);
    } else if (strcmp(line, "copy") == 0 && *second == ' ') {
        *second++ = '\0';
        answer(copy(rest, second));
    } else {
        answer(false);
    }
}

int main(int argc, char **argv)
{
    static char line[LINE];

    if (argc != 2) {
        fprintf(stderr, "usage: service DIR\n");
        return 2;
    }
    if (chdir(argv[1]) == -1 || (logfd = open_log()) == -1) {
        perror(argv[1]);
        return 1;
    }
    while (fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\n")] = '\0';
        serve(line);
        fflush(stdout);
    }
    return 0;
}
