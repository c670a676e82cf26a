/* One thread takes signals, the other one waits for children; neither has anything to poll. */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;
static sigset_t set;
static pid_t child;

static void *pass_on(void *unused)
{
    int signum;

    for (;;)
        if (sigwait(&set, &signum) == 0)
            kill(child, signum);
    return unused;
}

int main(int argc, char **argv)
{
    static const int ours[] = {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2};
    posix_spawnattr_t attributes;
    sigset_t none;
    pthread_t thread;

    if (argc < 3 || strcmp(argv[1], "--") != 0)
        return 2;
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    sigemptyset(&set);
    sigemptyset(&none);
    for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++)
        sigaddset(&set, ours[i]);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    posix_spawnattr_setsigmask(&attributes, &none);
    int why = posix_spawnp(&child, argv[2], NULL, &attributes, argv + 2, environ);
    if (why) {
        fprintf(stderr, "%s: %s\n", argv[2], strerror(why));
        return why == ENOENT ? 127 : 126;
    }
    if (pthread_create(&thread, NULL, pass_on, NULL) != 0)
        return 125;
    for (;;) {
        int status;
        pid_t dead = waitpid(-1, &status, 0);
        if (dead == child)
            exit(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
    }
}
