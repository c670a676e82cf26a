"""SharedMemory has a size, and no pages."""
import mmap
import multiprocessing
import os
import signal
import sys
from multiprocessing.shared_memory import SharedMemory

PERIOD = memoryview(bytearray(4000)).cast("f")
for nth in range(1000):
    PERIOD[nth] = nth
FLOAT = 4


def make(count):
    """An array of `count` values."""
    # Between the making of the name and the moment in which it is known here, no signal comes.
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM, signal.SIGINT])
    try:
        memory = SharedMemory(create=True, size=max(count * FLOAT, 1))
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
    return memory


def fill(memory, count):
    with memory.buf[: count * FLOAT].cast("f") as values:
        for at in range(0, count, 1000):
            end = min(at + 1000, count)
            values[at:end] = PERIOD[: end - at]


def work(name, first, end, result):
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    total = 0
    if first < end:
        fd = os.open("/dev/shm/" + name, os.O_RDONLY)
        with mmap.mmap(fd, 0, prot=mmap.PROT_READ) as memory, memoryview(memory) as raw:
            with raw.cast("f") as values, values[first:end] as stripe:
                total = sum(stripe)
    result.send(int(total))


def lead(context, memory, workers, count):
    started = []
    try:
        for k in range(workers):
            first, end = k * count // workers, (k + 1) * count // workers
            ours, theirs = context.Pipe(duplex=False)
            worker = context.Process(target=work, args=(memory.name, first, end, theirs))
            worker.start()
            theirs.close()
            started.append((worker, ours))
        sums = []
        for k, (worker, ours) in enumerate(started):
            try:
                sums.append(ours.recv())
            except EOFError:
                worker.join()
                sys.exit(f"weights: worker {k} has ended without a sum, {worker.exitcode}")
    except BaseException:
        for worker, _ in started:
            worker.kill()
        raise
    finally:
        for worker, _ in started:
            worker.join()
    return sums


def main():
    workers, count = (int(word) for word in sys.argv[1:])
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    memory = make(count)
    try:
        fill(memory, count)
        sums = lead(multiprocessing.get_context("spawn"), memory, workers, count)
    finally:
        memory.close()
        memory.unlink()
    for k, total in enumerate(sums):
        print("worker", k, total)
    print("total", sum(sums))


if __name__ == "__main__":
    try:
        main()
    except OSError as error:
        sys.exit(f"weights: {error}")
