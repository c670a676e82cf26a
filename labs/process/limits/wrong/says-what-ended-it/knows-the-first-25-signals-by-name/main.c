/* The mistake: signals that are rare have no name. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

enum { USAGE = 2, NOT_LIMITED = 125, NOT_EXECUTABLE = 126, NOT_FOUND = 127 };

static struct option {
    const char *name;
    int resource;
    uint64_t unit;
    bool is_set;
    rlim_t value;
} options[] = {
    {"--cpu", RLIMIT_CPU, 1, false, 0},
    {"--files", RLIMIT_NOFILE, 1, false, 0},
    {"--fsize", RLIMIT_FSIZE, 1024, false, 0},
    {"--memory", RLIMIT_AS, 1024 * 1024, false, 0},     /* last: we need some ourselves */
};
enum { OPTIONS = sizeof options / sizeof *options };

/* What a child that did not become CMD leaves behind. */
struct failure {
    int status;
    int error;
};

static _Noreturn void usage(const char *why, const char *what)
{
    fprintf(stderr, "limits: %s%s\n", why, what);
    fprintf(stderr, "usage: limits [--cpu S] [--memory MIB] [--files N] [--fsize KIB] "
                    "-- CMD [ARG...]\n");
    exit(USAGE);
}

static rlim_t number(const char *text, uint64_t unit)
{
    errno = 0;
    unsigned long long value = strtoull(text, NULL, 10);

    if (*text == '\0' || text[strspn(text, "0123456789")] != '\0')
        usage("not a number: ", text);
    if (errno == ERANGE || value > (UINT64_C(1) << 63) / unit)
        usage("too large: ", text);
    return value * unit;
}

/* Reads the options; returns where CMD begins. */
static char **parse(char **arg)
{
    for (; *arg && strcmp(*arg, "--") != 0; arg += 2) {
        struct option *option = options;
        while (option < options + OPTIONS && strcmp(option->name, *arg) != 0)
            option++;
        if (option == options + OPTIONS)
            usage("unknown option: ", *arg);
        if (!arg[1])
            usage("no number after ", *arg);
        option->value = number(arg[1], option->unit);
        option->is_set = true;
    }
    if (!*arg || !arg[1])
        usage("no command", "");
    return arg + 1;
}

static _Noreturn void give_up(int report, int status)
{
    struct failure failure = {status, errno};
    if (write(report, &failure, sizeof failure) < 0)
        _exit(status);
    _exit(status);
}

static _Noreturn void become(char **command, int report)
{
    for (struct option *option = options; option < options + OPTIONS; option++) {
        struct rlimit both = {option->value, option->value};
        if (option->is_set && setrlimit(option->resource, &both) < 0)
            give_up(report, NOT_LIMITED);
    }
    execvp(command[0], command);
    give_up(report, errno == ENOENT ? NOT_FOUND : NOT_EXECUTABLE);
}

int main(int argc, char **argv)
{
    char **command = parse(argv + (argc > 0));
    int report[2];
    struct failure failure;
    struct rusage used;
    int status;
    ssize_t got;

    if (pipe2(report, O_CLOEXEC) < 0) {
        perror("limits: pipe");
        return NOT_LIMITED;
    }
    pid_t child = fork();
    if (child < 0) {
        perror("limits: fork");
        return NOT_LIMITED;
    }
    if (child == 0)
        become(command, report[1]);
    close(report[1]);
    while ((got = read(report[0], &failure, sizeof failure)) < 0 && errno == EINTR)
        ;
    while (wait4(child, &status, 0, &used) < 0)
        if (errno != EINTR) {
            perror("limits: wait4");
            return NOT_LIMITED;
        }
    if (got == sizeof failure) {
        fprintf(stderr, "limits: %s: %s\n",
                failure.status == NOT_LIMITED ? "cannot set the limits" : command[0],
                strerror(failure.error));
        return failure.status;
    }

    struct timeval cpu;
    timeradd(&used.ru_utime, &used.ru_stime, &cpu);
    int code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    if (WIFSIGNALED(status) && WTERMSIG(status) > 25)
        fprintf(stderr, "signal %d", WTERMSIG(status));
    else if (WIFSIGNALED(status))
        fprintf(stderr, "signal SIG%s", sigabbrev_np(WTERMSIG(status)));
    else
        fprintf(stderr, "exit %d", code);
    fprintf(stderr, " cpu=%lld.%03ld maxrss=%ld\n", (long long)cpu.tv_sec,
            (long)cpu.tv_usec / 1000, used.ru_maxrss);
    return code;
}
