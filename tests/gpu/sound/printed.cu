// printf returns a number that nobody reads, and takes its arguments from local memory.
// RUN: grid=1 block=8 in=8 out=8 n=8
#include <stdio.h>
extern "C" __global__ void kernel(const int* in, int* out, int n) {
    int t = threadIdx.x;
    char letter = 'a';
    printf("%c %d %f %s\n", letter, in[t], 0.5f, "end");
    out[t] = 1;
}
