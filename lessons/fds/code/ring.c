// Reads a file in blocks through an io_uring, a batch of them at a time.
// Usage: ring FILE BLOCKS BATCH
#include <fcntl.h>
#include <linux/io_uring.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { BLOCK = 4096 };

// ANCHOR: ring
struct ring {
    int fd;
    struct io_uring_sqe *entries;                            // What shall be done.
    unsigned *numbers, sq_mask;                              // Which of them, in which order.
    struct io_uring_cqe *done;                               // What came of it.
    unsigned cq_mask;
    _Atomic unsigned *sq_tail, *cq_head, *cq_tail;
};
// ANCHOR_END: ring

static int set_up(struct ring *ring, unsigned size) {
    struct io_uring_params p = {0};
    ring->fd = (int)syscall(SYS_io_uring_setup, size, &p);
    if (ring->fd == -1)
        return -1;
    size_t sq = p.sq_off.array + p.sq_entries * sizeof(unsigned);
    size_t cq = p.cq_off.cqes + p.cq_entries * sizeof(struct io_uring_cqe);
    int prot = PROT_READ | PROT_WRITE;
    char *rings = mmap(NULL, sq > cq ? sq : cq, prot, MAP_SHARED, ring->fd, IORING_OFF_SQ_RING);
    ring->entries = mmap(NULL, p.sq_entries * sizeof(struct io_uring_sqe), prot, MAP_SHARED,
                         ring->fd, IORING_OFF_SQES);
    if (rings == MAP_FAILED || ring->entries == MAP_FAILED)
        return -1;
    ring->numbers = (unsigned *)(rings + p.sq_off.array);
    ring->sq_mask = *(unsigned *)(rings + p.sq_off.ring_mask);
    ring->sq_tail = (_Atomic unsigned *)(rings + p.sq_off.tail);
    ring->done = (struct io_uring_cqe *)(rings + p.cq_off.cqes);
    ring->cq_mask = *(unsigned *)(rings + p.cq_off.ring_mask);
    ring->cq_head = (_Atomic unsigned *)(rings + p.cq_off.head);
    ring->cq_tail = (_Atomic unsigned *)(rings + p.cq_off.tail);
    return 0;
}

// ANCHOR: submit
// Puts a read into the ring; the kernel does not know yet.
static void ask(struct ring *ring, int fd, char *into, unsigned block) {
    unsigned tail = atomic_load_explicit(ring->sq_tail, memory_order_relaxed);
    unsigned at = tail & ring->sq_mask;
    ring->entries[at] = (struct io_uring_sqe){
        .opcode = IORING_OP_READ,
        .fd = fd,
        .addr = (unsigned long)into,
        .len = BLOCK,
        .off = (unsigned long long)block * BLOCK,
        .user_data = block,
    };
    ring->numbers[at] = at;
    // The entry first, then the tail that shows it.
    atomic_store_explicit(ring->sq_tail, tail + 1, memory_order_release);
}
// ANCHOR_END: submit

// ANCHOR: complete
// Takes what is done out of the ring; the sum of the results, or -1.
static long take(struct ring *ring, unsigned *count) {
    unsigned head = atomic_load_explicit(ring->cq_head, memory_order_relaxed);
    long sum = 0;
    while (head != atomic_load_explicit(ring->cq_tail, memory_order_acquire)) {
        struct io_uring_cqe *done = &ring->done[head & ring->cq_mask];
        if (done->res < 0)
            return -1;
        sum += done->res;
        head++;
        ++*count;
    }
    atomic_store_explicit(ring->cq_head, head, memory_order_release);
    return sum;
}
// ANCHOR_END: complete

int main(int argc, char **argv) {
    if (argc != 4)
        return 2;
    unsigned blocks = (unsigned)atoi(argv[2]), batch = (unsigned)atoi(argv[3]);
    int fd = open(argv[1], O_RDONLY | O_CLOEXEC);
    char *bytes = malloc((size_t)batch * BLOCK);
    struct ring ring;
    if (fd == -1 || !bytes || set_up(&ring, batch) == -1) {
        perror("ring");
        return 1;
    }
    long total = 0;
    // ANCHOR: main
    for (unsigned next = 0; next < blocks;) {
        unsigned asked = 0, done = 0;
        while (asked < batch && next < blocks)
            ask(&ring, fd, bytes + (size_t)asked++ * BLOCK, next++);
        if (syscall(SYS_io_uring_enter, ring.fd, asked, asked, IORING_ENTER_GETEVENTS, NULL, 0) == -1)
            break;
        while (done < asked) {
            long sum = take(&ring, &done);
            if (sum == -1)
                return 1;
            total += sum;
        }
    }
    // ANCHOR_END: main
    printf("%ld bytes\n", total);
    return 0;
}
