/* The parent limits the child, with prlimit on its pid, and the child waits for that on a pipe.
 *
 * When the parent cannot set a limit, it closes the pipe without a word, and the child leaves.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct { const char *name; int resource; rlim_t unit; } options[] = {
    {"--cpu", RLIMIT_CPU, 1},
    {"--memory", RLIMIT_AS, 1 << 20},
    {"--files", RLIMIT_NOFILE, 1},
    {"--fsize", RLIMIT_FSIZE, 1 << 10},
};

static _Noreturn void usage(void)
{
    fputs("usage: limits [--cpu S] [--memory MIB] [--files N] [--fsize KIB] -- CMD [ARG...]\n",
          stderr);
    exit(2);
}

static rlim_t number(const char *text, rlim_t unit)
{
    rlim_t value = 0;
    if (!*text)
        usage();
    for (; *text; text++) {
        if (!isdigit((unsigned char)*text) ||
            __builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, (rlim_t)(*text - '0'), &value))
            usage();
    }
    if (__builtin_mul_overflow(value, unit, &value) || value > (rlim_t)1 << 63)
        usage();
    return value;
}

int main(int argc, char **argv)
{
    rlim_t values[4];
    int is_set[4] = {0};
    int at = 1;

    for (; at < argc && strcmp(argv[at], "--") != 0; at += 2) {
        int nth = 0;
        while (nth < 4 && strcmp(argv[at], options[nth].name) != 0)
            nth++;
        if (nth == 4 || at + 1 == argc)
            usage();
        values[nth] = number(argv[at + 1], options[nth].unit);
        is_set[nth] = 1;
    }
    if (at + 1 >= argc)
        usage();
    char **command = argv + at + 1;

    int go[2], report[2];
    if (pipe2(go, O_CLOEXEC) < 0 || pipe2(report, O_CLOEXEC) < 0)
        return 125;
    pid_t child = fork();
    if (child == 0) {
        char word;
        close(go[1]);
        if (read(go[0], &word, 1) != 1)
            _exit(0);
        execvp(command[0], command);
        int why = errno;
        _exit(write(report[1], &why, sizeof why) < 0);
    }
    close(go[0]);
    close(report[1]);
    for (int nth = 0; nth < 4; nth++) {
        struct rlimit both = {values[nth], values[nth]};
        if (is_set[nth] && prlimit(child, options[nth].resource, &both, NULL) < 0) {
            perror("limits: cannot limit the command");
            close(go[1]);
            waitpid(child, NULL, 0);
            return 125;
        }
    }
    if (write(go[1], "!", 1) < 0)
        return 125;
    int why;
    if (read(report[0], &why, sizeof why) == sizeof why) {
        waitpid(child, NULL, 0);
        fprintf(stderr, "limits: %s: %s\n", command[0], strerror(why));
        return why == ENOENT ? 127 : 126;
    }
    int status;
    struct rusage used;
    while (wait4(child, &status, 0, &used) < 0 && errno == EINTR)
        ;
    long us = used.ru_utime.tv_usec + used.ru_stime.tv_usec;
    long s = used.ru_utime.tv_sec + used.ru_stime.tv_sec + us / 1000000;
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    if (WIFEXITED(status))
        dprintf(2, "exit %d cpu=%ld.%03ld maxrss=%ld\n", code, s, us % 1000000 / 1000,
                used.ru_maxrss);
    else
        dprintf(2, "signal SIG%s cpu=%ld.%03ld maxrss=%ld\n", sigabbrev_np(WTERMSIG(status)), s,
                us % 1000000 / 1000, used.ru_maxrss);
    return code;
}
