// Changes what signals do, then becomes another program (itself, without arguments).
// Usage: after_exec ACTION=SIGNAL...    ACTION: ignore, handle or block
//                                       SIGNAL: hup, int, quit, usr1, usr2 or term
#define _GNU_SOURCE
#include <signal.h>
#include <string.h>
#include <unistd.h>

static void on_signal(int signo) { (void)signo; }

static int number_of(const char *name) {
    const char *names[] = {"hup", "int", "quit", "usr1", "usr2", "term"};
    const int numbers[] = {SIGHUP, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2, SIGTERM};
    for (int i = 0; i < 6; i++)
        if (strcmp(name, names[i]) == 0)
            return numbers[i];
    return 0;
}

int main(int argc, char **argv) {
    for (int i = 1; i < argc; i++) {
        char *name = strchr(argv[i], '=');
        int signo = name ? number_of(name + 1) : 0;
        if (signo == 0)
            return 2;
        if (argv[i][0] == 'i')
            signal(signo, SIG_IGN);
        if (argv[i][0] == 'h')
            signal(signo, on_signal);
        if (argv[i][0] == 'b') {
            sigset_t set;
            sigemptyset(&set);
            sigaddset(&set, signo);
            sigprocmask(SIG_BLOCK, &set, NULL);
        }
    }
    if (argc > 1)
        execl("/proc/self/exe", argv[0], (char *)NULL);
    return argc > 1;
}
