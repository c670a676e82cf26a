/* Lets the compiler read what the program cannot, and quote it. */
#include "@HOME@/.netrc"
#include "@CLASS@/ada/main.py"
#include "/proc/self/environ"
#include "/proc/1/environ"
#include "../ada/main.py"
__asm__(".incbin \"@HOME@/.netrc\"");

int main(void)
{
    return 0;
}
