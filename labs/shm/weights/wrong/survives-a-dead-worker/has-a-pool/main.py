"""A Pool does the work, and waits for a result that nobody will send."""
import array
import mmap
import multiprocessing
import os
import signal
import sys

PERIOD = array.array("f", range(1000)).tobytes()
BLOCK = PERIOD * 256
FLOAT = 4


def make(count):
    """An array of `count` values; returns a descriptor by which it can be read and no more."""
    fd = os.memfd_create("weights")
    size, at = count * FLOAT, 0
    os.ftruncate(fd, size)
    while at < size:
        # A write may end within a block, and the next one begins there.
        begin = at % len(BLOCK)
        at += os.write(fd, memoryview(BLOCK)[begin : begin + size - at])
    reading = os.open(f"/proc/self/fd/{fd}", os.O_RDONLY)
    os.close(fd)
    return reading


BARRIER = None


def begin(barrier):
    global BARRIER
    BARRIER = barrier
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])


def work(order):
    """Each worker takes one order: nobody goes on before everybody has one."""
    fd, count, first, end = order
    BARRIER.wait()
    total = 0.0
    if first < end:
        with mmap.mmap(fd, count * FLOAT, prot=mmap.PROT_READ) as memory:
            with memoryview(memory) as raw, raw.cast("f") as values, values[first:end] as stripe:
                total = sum(stripe)
    return int(total)


def main():
    workers, count = (int(word) for word in sys.argv[1:])
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    fork = multiprocessing.get_context("fork")
    fd = make(count)
    orders = [(fd, count, k * count // workers, (k + 1) * count // workers) for k in range(workers)]
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM, signal.SIGINT])
    with fork.Pool(workers, begin, (fork.Barrier(workers),)) as pool:
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
        sums = pool.map(work, orders, chunksize=1)
    for k, total in enumerate(sums):
        print("worker", k, total)
    print("total", sum(sums))


if __name__ == "__main__":
    try:
        main()
    except OSError as error:
        sys.exit(f"weights: {error}")
