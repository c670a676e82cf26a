// The sum of many small whole numbers, as float and as double.
// Usage: sums COUNT
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
    if (argc != 2)
        return 2;
    long count = strtol(argv[1], NULL, 10);
    // ANCHOR: sums
    float narrow = 0;
    double wide = 0;
    for (long i = 0; i < count; i++) {
        narrow += (float)(i % 1000);
        wide += (float)(i % 1000);
    }
    // ANCHOR_END: sums
    printf("float  %.0f\ndouble %.0f\n", narrow, wide);
    return 0;
}
