/* service DIR: reads commands, a line each, and answers each with a line.
 *
 * This starter works, and each of its commands leaves descriptors open: follow the TODOs.
 * They mark the functions, not the lines.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LOG_MAX = 1024, LOGS = 3, LINE = 8192 };

static int logfd;

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static void open_log(void)
{
    logfd = open("app.log", O_WRONLY | O_CREAT | O_APPEND, 0644);
    if (logfd == -1)
        die("app.log");
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

/* TODO: which descriptor has the log before a rotation, which one has it after, and who speaks of
 * the first one then? */
static bool log_line(const char *text)
{
    char line[LINE];
    struct stat status;

    if (fstat(logfd, &status) == 0 && status.st_size > LOG_MAX && rename_logs())
        open_log();
    int length = snprintf(line, sizeof line, "%s\n", text);
    return write(logfd, line, (size_t)length) == length;
}

/* TODO: how many ways lead out of this function? */
static bool size_of(const char *name, long long *size)
{
    struct stat status;
    int fd = open(name, O_RDONLY | O_NONBLOCK);

    if (fd == -1 || fstat(fd, &status) == -1)
        return false;
    if (!S_ISREG(status.st_mode))
        return false;
    *size = status.st_size;
    close(fd);
    return true;
}

/* TODO: how many descriptors does one call give, and how many are given back? */
static bool ping(void)
{
    int ends[2];
    char byte = '!';

    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == -1)
        die("socketpair");
    bool is_through = write(ends[0], &byte, 1) == 1 && read(ends[1], &byte, 1) == 1;
    close(ends[0]);
    return is_through;
}

/* TODO: which of the four ends of this pipe are open when it returns? And what else of this program
 * does the command hold? */
static bool run(const char *command, int *result, long long *bytes)
{
    int ends[2], status;
    char buffer[4096];
    ssize_t got;

    if (pipe(ends) == -1)
        die("pipe");
    pid_t child = fork();
    if (child == -1)
        return false;
    if (child == 0) {
        int null = open("/dev/null", O_RDONLY);
        dup2(null, STDIN_FILENO);
        dup2(ends[1], STDOUT_FILENO);
        execl("/bin/sh", "sh", "-c", command, NULL);
        _exit(127);
    }
    close(ends[1]);
    *bytes = 0;
    while ((got = read(ends[0], buffer, sizeof buffer)) > 0)
        *bytes += got;
    waitpid(child, &status, 0);
    *result = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return true;
}

/* TODO: what is open when the second open fails? And when a read does? */
static bool copy(const char *from, const char *to)
{
    char buffer[65536];
    ssize_t got;

    int in = open(from, O_RDONLY | O_NONBLOCK);
    if (in == -1)
        return false;
    int out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (out == -1)
        return false;
    while ((got = read(in, buffer, sizeof buffer)) > 0)
        if (write(out, buffer, (size_t)got) != got)
            return false;
    if (got == -1)
        return false;
    close(in);
    close(out);
    return true;
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
    if (chdir(argv[1]) == -1)
        die(argv[1]);
    open_log();
    while (fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\n")] = '\0';
        serve(line);
        fflush(stdout);
    }
    return 0;
}
