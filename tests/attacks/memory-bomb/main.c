/* Takes memory until there is none. */
#include <stdlib.h>
#include <string.h>

int main(void)
{
    for (int i = 0; i < 4096; i++) {
        char *block = malloc(1 << 20);
        if (!block)
            break;
        memset(block, 1, 1 << 20);
    }
    return 0;
}
