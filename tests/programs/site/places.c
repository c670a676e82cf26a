/* System calls from a signal handler, a thread, a child, a library, a function that never returns. */
#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static void handler(int signo)
{
	(void)signo;
	fsync(-1); /* HANDLER */
}

static void *thread(void *unused)
{
	fsync(-1); /* THREAD */
	return unused;
}

__attribute__((noinline, noreturn)) static void last(void)
{
	fsync(-1); /* LAST */
	_exit(0);
}

__attribute__((noinline)) static void end(void)
{
	last(); /* END */
}

int main(int argc, char **argv)
{
	if (argc < 2)
		return 2;
	signal(SIGUSR1, handler);
	raise(SIGUSR1); /* RAISE */

	/* The same on a stack of its own. */
	stack_t other = {.ss_sp = malloc(SIGSTKSZ), .ss_size = SIGSTKSZ};
	sigaltstack(&other, NULL);
	sigaction(SIGUSR1, &(struct sigaction){.sa_handler = handler, .sa_flags = SA_ONSTACK}, NULL);
	raise(SIGUSR1); /* AGAIN */

	pthread_t id;
	pthread_create(&id, NULL, thread, NULL);
	pthread_join(id, NULL);

	pid_t child = fork();
	if (child == 0) {
		fsync(-1); /* CHILD */
		_exit(0);
	}
	waitpid(child, NULL, 0);

	void *library = dlopen(argv[1], RTLD_NOW);
	void (*plug)(void) = (void (*)(void))dlsym(library, "plug");
	plug(); /* PLUG */
	end(); /* OUT */
}
