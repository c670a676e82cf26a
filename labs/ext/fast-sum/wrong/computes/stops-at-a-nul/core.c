#include <stdint.h>

uint64_t byte_sum(const char *text)
{
    uint64_t total = 0;
    while (*text)
        total += (unsigned char)*text++;
    return total;
}
