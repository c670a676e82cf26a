/* A system call a few calls deep; `append` is small enough to be inlined. */
#include <unistd.h>

static int append(int fd)
{
	return fsync(fd); /* HERE */
}

__attribute__((noinline)) static int keep(int fd)
{
	int done = append(fd); /* KEEP */
	return done + 1;
}

int main(void)
{
	return keep(-1) == 0 ? 0 : 1; /* MAIN */
}
