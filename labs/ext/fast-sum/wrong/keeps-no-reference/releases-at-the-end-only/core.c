/* What fastsum.py binds: plain C that knows nothing of Python. */
#include <stddef.h>
#include <stdint.h>

uint64_t byte_sum(const unsigned char *bytes, size_t length)
{
    uint64_t total = 0;
    for (size_t i = 0; i < length; i++)
        total += bytes[i];
    return total;
}
