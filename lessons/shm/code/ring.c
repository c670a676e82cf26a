// A ring of bytes between two processes: a child sends lines, and the parent checks them.
// Usage: ring CAPACITY LINES
#include <linux/futex.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// ANCHOR: ring
struct ring {
    _Alignas(64) _Atomic uint32_t written; // Bytes that the producer has put in, modulo 2^32.
    _Alignas(64) _Atomic uint32_t read;    // Bytes that the consumer has taken out.
    _Alignas(64) uint32_t capacity;        // A power of two: it divides 2^32.
    char bytes[];
};
// ANCHOR_END: ring

// ANCHOR: wrap
static void copy_in(struct ring *ring, uint32_t at, const char *from, uint32_t size) {
    uint32_t start = at % ring->capacity, until_end = ring->capacity - start;
    uint32_t first = size < until_end ? size : until_end;
    memcpy(ring->bytes + start, from, first);
    memcpy(ring->bytes, from + first, size - first);
}
// ANCHOR_END: wrap

static void copy_out(struct ring *ring, uint32_t at, char *to, uint32_t size) {
    uint32_t start = at % ring->capacity, until_end = ring->capacity - start;
    uint32_t first = size < until_end ? size : until_end;
    memcpy(to, ring->bytes + start, first);
    memcpy(to + first, ring->bytes, size - first);
}

// ANCHOR: sleep
static void wait_while(_Atomic uint32_t *word, uint32_t value) {
    while (atomic_load(word) == value)
        syscall(SYS_futex, word, FUTEX_WAIT, value, NULL, NULL, 0);
}

static void change(_Atomic uint32_t *word, uint32_t value) {
    atomic_store(word, value);
    syscall(SYS_futex, word, FUTEX_WAKE, 1, NULL, NULL, 0);
}
// ANCHOR_END: sleep

// ANCHOR: put
static void put(struct ring *ring, const char *line, uint32_t size) {
    uint32_t written = atomic_load_explicit(&ring->written, memory_order_relaxed);
    while (size > 0) {
        uint32_t read = atomic_load_explicit(&ring->read, memory_order_acquire);
        uint32_t room = ring->capacity - (written - read);
        uint32_t now = size < room ? size : room;
        if (now == 0) {
            wait_while(&ring->read, read);
            continue;
        }
        copy_in(ring, written, line, now);
        written += now;
        change(&ring->written, written);
        line += now;
        size -= now;
    }
}
// ANCHOR_END: put

static uint32_t get(struct ring *ring, char *to, uint32_t most) {
    uint32_t read = atomic_load_explicit(&ring->read, memory_order_relaxed);
    wait_while(&ring->written, read);
    uint32_t there = atomic_load_explicit(&ring->written, memory_order_acquire) - read;
    uint32_t now = there < most ? there : most;
    copy_out(ring, read, to, now);
    change(&ring->read, read + now);
    return now;
}

int main(int argc, char **argv) {
    if (argc != 3)
        return 2;
    uint32_t capacity = (uint32_t)atol(argv[1]);
    long lines = atol(argv[2]);
    if (capacity == 0 || (capacity & (capacity - 1)) != 0)
        return 2;
    struct ring *ring = mmap(NULL, sizeof *ring + capacity, PROT_READ | PROT_WRITE,
                             MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (ring == MAP_FAILED)
        return 1;
    ring->capacity = capacity;
    char line[32];
    if (fork() == 0) {
        for (long i = 0; i < lines; i++)
            put(ring, line, (uint32_t)snprintf(line, sizeof line, "line %ld\n", i));
        _exit(0);
    }
    char expected[32];
    for (long i = 0; i < lines; i++) {
        uint32_t size = (uint32_t)snprintf(expected, sizeof expected, "line %ld\n", i);
        for (uint32_t at = 0; at < size;)
            at += get(ring, line + at, size - at);
        if (memcmp(line, expected, size) != 0) {
            printf("line %ld is wrong\n", i);
            return 1;
        }
    }
    wait(NULL);
    printf("%ld lines\n", lines);
    return 0;
}
