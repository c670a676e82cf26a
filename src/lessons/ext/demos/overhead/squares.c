/* A sum of squares, and one step of it; knows nothing of Python. */
#include <stddef.h>
#include <stdint.h>

int64_t squares(const int64_t *row, size_t length)
{
    int64_t total = 0;
    for (size_t i = 0; i < length; i++)
        total += row[i] * row[i];
    return total;
}

int64_t step(int64_t total, int64_t element)
{
    return total + element * element;
}
