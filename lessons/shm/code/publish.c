// One process publishes numbered messages through a flag, another one checks what it sees.
// Usage: publish MESSAGES
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

struct box {
    long message[8];
    _Alignas(64) atomic_long number;
    _Alignas(64) atomic_long seen;
};

// ANCHOR: publish
static void publish(struct box *box, long number) {
    for (int i = 0; i < 8; i++)
        box->message[i] = number;
    atomic_store_explicit(&box->number, number, memory_order_release);
}

static long receive(struct box *box, long number) {
    while (atomic_load_explicit(&box->number, memory_order_acquire) < number)
        ;
    long wrong = 0;
    for (int i = 0; i < 8; i++)
        wrong += box->message[i] != number;
    return wrong;
}
// ANCHOR_END: publish

int main(int argc, char **argv) {
    if (argc != 2)
        return 2;
    struct box *box = mmap(NULL, sizeof *box, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
                           -1, 0);
    if (box == MAP_FAILED)
        return 1;
    long count = atol(argv[1]), wrong = 0;
    pid_t child = fork();
    if (child == 0) {
        for (long number = 1; number <= count; number++) {
            publish(box, number);
            while (atomic_load_explicit(&box->seen, memory_order_acquire) < number)
                ;
        }
        _exit(0);
    }
    for (long number = 1; number <= count; number++) {
        wrong += receive(box, number);
        atomic_store_explicit(&box->seen, number, memory_order_release);
    }
    waitpid(child, NULL, 0);
    printf("%ld of %ld words were wrong\n", wrong, 8 * count);
    return 0;
}
