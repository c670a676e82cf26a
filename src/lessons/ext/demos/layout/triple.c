/* A product of square matrices, as it is defined, and with the two inner loops exchanged. */
#include <stddef.h>

void by_definition(const double *a, const double *b, double *c, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            double total = 0;
            for (size_t k = 0; k < n; k++)
                total += a[i * n + k] * b[k * n + j];
            c[i * n + j] = total;
        }
}

void along_rows(const double *a, const double *b, double *c, size_t n)
{
    for (size_t at = 0; at < n * n; at++)
        c[at] = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n; k++)
            for (size_t j = 0; j < n; j++)
                c[i * n + j] += a[i * n + k] * b[k * n + j];
}
