/* limits [--cpu S] [--memory MIB] [--files N] [--fsize KIB] -- CMD [ARG...]: run CMD within limits,
 * and say what ended it.
 *
 * This starter sets the limits and runs CMD. It says what it does not know: follow the TODOs.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct {
    const char *name;
    int resource;
    rlim_t unit;
} options[] = {
    {"--cpu", RLIMIT_CPU, 1},
    {"--memory", RLIMIT_AS, 1024 * 1024},
    {"--files", RLIMIT_NOFILE, 1},
    {"--fsize", RLIMIT_FSIZE, 1024},
};
enum { OPTIONS = sizeof options / sizeof *options };

static rlim_t number(const char *text)
{
    /* TODO: what does atoll make of "", "-1", "1x", and of fifty digits? */
    return (rlim_t)atoll(text);
}

int main(int argc, char **argv)
{
    rlim_t values[OPTIONS];
    int is_set[OPTIONS] = {0};
    char **arg = argv + 1;

    (void)argc;
    /* TODO: what if "--", CMD or the number of an option is missing, or an option is unknown? */
    for (; *arg && strcmp(*arg, "--") != 0; arg++)
        for (int at = 0; at < OPTIONS; at++)
            if (strcmp(*arg, options[at].name) == 0 && arg[1]) {
                values[at] = number(*++arg) * options[at].unit;
                is_set[at] = 1;
            }
    char **command = *arg ? arg + 1 : arg;

    /* TODO: whose limits are these from now on? */
    for (int at = 0; at < OPTIONS; at++)
        if (is_set[at]) {
            struct rlimit limit = {values[at], values[at]};
            setrlimit(options[at].resource, &limit);    /* TODO: and if it says no? */
        }

    pid_t child = fork();
    if (child == 0) {
        execvp(command[0], command);
        /* TODO: not found is 127, not executable is 126. How does the parent get to know, and
         * how does it tell that from a CMD that exits with 127 itself? */
        perror(command[0]);
        _exit(127);
    }

    int status;
    waitpid(child, &status, 0);
    /* TODO: a status has two kinds of ends in it. Which one is this? */
    /* TODO: cpu and maxrss. Who has counted them, and for which process? */
    fprintf(stderr, "exit %d cpu=%d.%03d maxrss=%d\n", status, 0, 0, 0);
    return status;
}
