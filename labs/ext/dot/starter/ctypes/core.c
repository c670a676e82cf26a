/* The sum of products of two vectors that lie in memory without gaps. */
#include <stddef.h>

double dot(const double *a, const double *b, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += a[i] * b[i];
    return sum;
}
