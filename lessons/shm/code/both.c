// Two processes each raise their own flag and then look at the other's: can both see none?
// Usage: both relaxed|ordered ROUNDS
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PAIRS = 4096 };

struct line {
    _Alignas(64) atomic_int value;
};

struct shared {
    // Many pairs, each used once in a round: so the two need to meet only once in a round.
    struct line flag[2][PAIRS];
    int saw[2][PAIRS];
    struct line at[2];
};

// ANCHOR: raise
static int relaxed(atomic_int *mine, atomic_int *other) {
    atomic_store_explicit(mine, 1, memory_order_relaxed);
    return atomic_load_explicit(other, memory_order_relaxed);
}

static int ordered(atomic_int *mine, atomic_int *other) {
    atomic_store_explicit(mine, 1, memory_order_seq_cst);
    return atomic_load_explicit(other, memory_order_seq_cst);
}
// ANCHOR_END: raise

// Waits until the other one has come to this point as well.
static void meet(struct shared *shared, int me, int point) {
    atomic_store(&shared->at[me].value, point);
    while (atomic_load(&shared->at[1 - me].value) < point)
        ;
}

int main(int argc, char **argv) {
    if (argc != 3)
        return 2;
    int (*look)(atomic_int *, atomic_int *) = strcmp(argv[1], "relaxed") == 0 ? relaxed : ordered;
    int rounds = atoi(argv[2]);
    long both = 0;
    struct shared *shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE,
                                 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        return 1;
    int me = fork() == 0;
    for (int round = 0; round < rounds; round++) {
        for (int i = 0; i < PAIRS; i++)
            atomic_store(&shared->flag[me][i].value, 0);
        meet(shared, me, 3 * round + 1);
        for (int i = 0; i < PAIRS; i++)
            shared->saw[me][i] = look(&shared->flag[me][i].value,
                                      &shared->flag[1 - me][i].value);
        meet(shared, me, 3 * round + 2);
        for (int i = 0; me == 0 && i < PAIRS; i++)
            both += !shared->saw[0][i] && !shared->saw[1][i];
        meet(shared, me, 3 * round + 3);
    }
    if (me == 1)
        _exit(0);
    wait(NULL);
    printf("%ld of %ld times both saw no flag\n", both, (long)rounds * PAIRS);
    return 0;
}
