/* What fastsum.py binds. The caller frees the result. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

uint64_t *byte_sum(const unsigned char *bytes, size_t length)
{
    uint64_t *total = calloc(1, sizeof *total);
    for (size_t i = 0; total && i < length; i++)
        *total += bytes[i];
    return total;
}
