/* Makes calls that are recorded, for ever. */
#include <unistd.h>

int main(void)
{
    for (;;)
        write(1, "", 0);
}
