// One thread asks for the date all the time; the other forks, and the child asks, too.
#include <pthread.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void ask(void) {
    time_t now = time(NULL);
    struct tm date;
    localtime_r(&now, &date);
}

static void *ask_forever(void *unused) {
    for (;;)
        ask();
    return unused;
}

int main(void) {
    // ANCHOR: fork
    pthread_t thread;
    pthread_create(&thread, NULL, ask_forever, NULL);
    for (int nth = 1;; nth++) {
        pid_t child = fork();
        if (child == 0) {
            ask();
            execl("/bin/true", "true", (char *)NULL);
            _exit(127);
        }
        fprintf(stderr, "child %d\n", nth);
        waitpid(child, NULL, 0);
    }
    // ANCHOR_END: fork
}
