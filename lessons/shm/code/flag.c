// Waits for a flag that another process sets; the compiler looks at it once.
#include <stdatomic.h>

// ANCHOR: wait
void wait_plain(int *flag) {
    while (*flag == 0)
        ;
}

void wait_atomic(atomic_int *flag) {
    while (atomic_load_explicit(flag, memory_order_acquire) == 0)
        ;
}
// ANCHOR_END: wait
