"""Processes of multiprocessing, which take turns with a lock on the counter file."""
import fcntl
import mmap
import multiprocessing
import os
import sys

SIZE = 8


def add(path, times):
    with open(path, "r+b") as file, mmap.mmap(file.fileno(), SIZE) as memory:
        with memoryview(memory).cast("Q") as counter:
            for _ in range(times):
                fcntl.flock(file, fcntl.LOCK_EX)
                counter[0] += 1
                fcntl.flock(file, fcntl.LOCK_UN)


def main():
    path, processes, times = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    if os.fstat(fd).st_size < SIZE:
        os.ftruncate(fd, SIZE)
    context = multiprocessing.get_context("fork")
    children = [context.Process(target=add, args=(path, times)) for _ in range(processes)]
    for child in children:
        child.start()
    for child in children:
        child.join()
    print(int.from_bytes(os.pread(fd, SIZE, 0), "little"))
    sys.exit(any(child.exitcode for child in children))


if __name__ == "__main__":
    main()
