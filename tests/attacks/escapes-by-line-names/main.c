/* Gives its lines the names of other files: of secrets, and of commands for who prints them. */
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

__attribute__((noinline)) static void stop_in_a_secret(void)
{
#line 1 "@HOME@/.netrc"
    kill(getpid(), SIGSTOP);
}

__attribute__((noinline)) static void stop_at_the_neighbours(void)
{
#line 1 "../ada/main.py"
    raise(SIGSTOP);
}

__attribute__((noinline)) static void stop_in_a_command(void)
{
#line 1 "<script>alert('mallory')</script>,line=1::set-output name=grade::100\033[2J.c"
    kill(0, SIGSTOP);
}

int main(int argc, char **argv)
{
    char first = 0;
    read(0, &first, 1);
    switch (first) {
    case '1': stop_in_a_secret(); break;
    case '2': stop_at_the_neighbours(); break;
    default: stop_in_a_command();
    }
    return 0;
}
