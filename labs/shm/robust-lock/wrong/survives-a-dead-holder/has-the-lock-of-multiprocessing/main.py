"""The lock of multiprocessing: a semaphore, which nobody gives back for one who is dead."""
import mmap
import multiprocessing
import os
import sys

SIZE = 8


def add(path, lock, times):
    with open(path, "r+b") as file, mmap.mmap(file.fileno(), SIZE) as memory:
        with memoryview(memory).cast("Q") as counter:
            for _ in range(times):
                with lock:
                    counter[0] += 1


def main():
    path, processes, times = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    if os.fstat(fd).st_size < SIZE:
        os.ftruncate(fd, SIZE)
    context = multiprocessing.get_context("fork")
    lock = context.Lock()
    children = [context.Process(target=add, args=(path, lock, times)) for _ in range(processes)]
    for child in children:
        child.start()
    for child in children:
        child.join()
    print(int.from_bytes(os.pread(fd, SIZE, 0), "little"))
    sys.exit(any(child.exitcode for child in children))


if __name__ == "__main__":
    main()
