// Handles SIGUSR1, and asks inside the handler what is blocked.
// Usage: blocked DEFER PROCESS HANDLER
//        DEFER    defer, or nodefer (the handler has SA_NODEFER)
//        PROCESS  signals that the process blocks: hup,int,quit,usr2,term, or none
//        HANDLER  signals in the handler's sa_mask
#define _GNU_SOURCE
#include <signal.h>
#include <string.h>

static void on_signal(int signo) {
    sigset_t now;
    (void)signo;
    sigprocmask(SIG_BLOCK, NULL, &now);
}

static sigset_t set_of(const char *names) {
    static const struct { const char *name; int signo; } all[] = {
        {"hup", SIGHUP}, {"int", SIGINT}, {"quit", SIGQUIT}, {"usr2", SIGUSR2}, {"term", SIGTERM},
    };
    sigset_t set;
    sigemptyset(&set);
    for (unsigned i = 0; i < sizeof all / sizeof all[0]; i++)
        if (strstr(names, all[i].name))
            sigaddset(&set, all[i].signo);
    return set;
}

int main(int argc, char **argv) {
    if (argc < 4)
        return 2;
    sigset_t process = set_of(argv[2]);
    sigprocmask(SIG_SETMASK, &process, NULL);

    struct sigaction action = {.sa_handler = on_signal, .sa_mask = set_of(argv[3])};
    if (strcmp(argv[1], "nodefer") == 0)
        action.sa_flags = SA_NODEFER;
    sigaction(SIGUSR1, &action, NULL);

    raise(SIGUSR1);
    return 0;
}
