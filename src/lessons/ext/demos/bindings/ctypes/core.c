#include <stddef.h>
#include <stdint.h>

int64_t successor(int64_t number)
{
    return number + 1;
}

uint64_t byte_sum(const unsigned char *bytes, size_t length)
{
    uint64_t total = 0;
    for (size_t i = 0; i < length; i++)
        total += bytes[i];
    return total;
}
