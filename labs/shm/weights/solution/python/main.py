"""weights WORKERS COUNT: sums an array in shared memory with so many processes.

For the instructor: the array is a memfd, so that there is no name to remove, whatever happens. It
is filled by write, so that a lack of memory is an errno. The workers get a descriptor by which it
can only be read, and each has a pipe for its sum: the end of file without a sum is its death.
"""
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


def work(fd, count, first, end, result):
    """A worker: sums its stripe, one float at a time, without a copy."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    total = 0.0
    if first < end:
        with mmap.mmap(fd, count * FLOAT, prot=mmap.PROT_READ) as memory:
            with memoryview(memory) as raw, raw.cast("f") as values, values[first:end] as stripe:
                total = sum(stripe)
    result.send(int(total))


def main():
    workers, count = (int(word) for word in sys.argv[1:])
    # What ends by an exception passes by the `finally` below.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    fork = multiprocessing.get_context("fork")
    fd = make(count)
    started, sums = [], []
    try:
        for k in range(workers):
            first, end = k * count // workers, (k + 1) * count // workers
            ours, theirs = fork.Pipe(duplex=False)
            worker = fork.Process(target=work, args=(fd, count, first, end, theirs))
            worker.start()
            # While it is open here, its end of file never comes.
            theirs.close()
            started.append((worker, ours))
        for k, (worker, ours) in enumerate(started):
            try:
                sums.append(ours.recv())
            except EOFError:
                worker.join()
                sys.exit(f"weights: worker {k} has ended without a sum, exit code {worker.exitcode}")
    except BaseException:
        # The others work for nobody.
        for worker, _ in started:
            worker.kill()
        raise
    finally:
        for worker, _ in started:
            worker.join()
    for k, total in enumerate(sums):
        print("worker", k, total)
    print("total", sum(sums))


if __name__ == "__main__":
    try:
        main()
    except OSError as error:
        sys.exit(f"weights: {error}")
