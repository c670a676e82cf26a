#include <stddef.h>
#include <string.h>

double dot(const char *a, ptrdiff_t a_stride, const char *b, ptrdiff_t b_stride, size_t n)
{
    double sum = 0, x, y;
    for (; n > 0; n--, a += a_stride, b += b_stride) {
        memcpy(&x, a, sizeof x);
        memcpy(&y, b, sizeof y);
        sum += x * y;
    }
    return sum;
}
