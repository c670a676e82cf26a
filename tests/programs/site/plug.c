/* A library that is loaded late. */
#include <unistd.h>

void plug(void)
{
	fsync(-1); /* LIBRARY */
}
