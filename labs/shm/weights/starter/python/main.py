"""weights WORKERS COUNT: sums an array in shared memory with so many processes.

This starter has an array that every worker can see, and believes that nothing goes wrong: follow
the TODOs.
"""
import array
import mmap
import os
import sys

FLOAT = 4


def make(count):
    # TODO: how often is everything here, for a while?
    values = array.array("f", range(1000)) * (count // 1000 + 1)
    # TODO: who removes this name, and what if a signal comes before that?
    path = f"/dev/shm/weights-{os.getpid()}"
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    os.ftruncate(fd, count * FLOAT)
    if count > 0:
        # TODO: what if there is no room for these pages?
        memory = mmap.mmap(fd, count * FLOAT)
        memory[:] = values.tobytes()[: count * FLOAT]
    return fd


def work(fd, count, first, end, out):
    total = 0
    if first < end:
        # TODO: a worker only reads.
        memory = mmap.mmap(fd, count * FLOAT)
        # TODO: what is a slice of this?
        total = sum(array.array("f", memory[first * FLOAT : end * FLOAT]))
    os.write(out, str(int(total)).encode())
    os._exit(0)


def main():
    workers, count = (int(word) for word in sys.argv[1:])
    fd = make(count)
    sums = []
    for k in range(workers):
        first, end = k * count // workers, (k + 1) * count // workers
        reading, writing = os.pipe()
        # TODO: what if this fails?
        if os.fork() == 0:
            work(fd, count, first, end, writing)
        # TODO: what comes if the worker is dead? Who waits for it? And do they work at the same time?
        sums.append(int(os.read(reading, 100)))
    for k, total in enumerate(sums):
        print("worker", k, total)
    print("total", sum(sums))


if __name__ == "__main__":
    main()
