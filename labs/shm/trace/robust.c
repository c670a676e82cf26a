// Children use a robust mutex, one after the other; then the parent locks it, and says how.
// Usage: robust CHILD...    CHILD: dies (while it holds the lock), repairs (calls consistent if it
//                           has to, and unlocks), ignores (unlocks, whatever lock has said)
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static int child(pthread_mutex_t *mutex, char what) {
    int error = pthread_mutex_lock(mutex);
    if (error && error != EOWNERDEAD)
        return 1;
    if (what == 'd')
        return 0;
    if (what == 'r' && error)
        pthread_mutex_consistent(mutex);
    return pthread_mutex_unlock(mutex);
}

int main(int argc, char **argv) {
    pthread_mutex_t *mutex = mmap(NULL, sizeof *mutex, PROT_READ | PROT_WRITE,
                                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (mutex == MAP_FAILED)
        return 1;
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(mutex, &attributes);
    for (int i = 1; i < argc; i++) {
        pid_t pid = fork();
        if (pid == 0)
            _exit(child(mutex, argv[i][0]));
        waitpid(pid, NULL, 0);
    }
    int error = pthread_mutex_lock(mutex);
    const char *said = error == 0            ? "0\n"
                       : error == EOWNERDEAD ? "EOWNERDEAD\n"
                                             : "ENOTRECOVERABLE\n";
    return write(1, said, strlen(said)) == -1;
}
