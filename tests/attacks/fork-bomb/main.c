/* Every process makes another one, for ever. */
#include <unistd.h>

int main(void)
{
    for (;;)
        fork();
}
