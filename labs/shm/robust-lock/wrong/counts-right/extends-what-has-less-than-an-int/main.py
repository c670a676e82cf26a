"""The file is extended if it has less than four bytes."""
import fcntl
import mmap
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


def start(path, times):
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            add(path, times)
            status = 0
        finally:
            os._exit(status)
    return pid


def main():
    path, processes, times = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    # The order of bytes is that of the machine: little-endian, wherever this runs.
    fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    if os.fstat(fd).st_size < 4:
        os.ftruncate(fd, SIZE)
    children = [start(path, times) for _ in range(processes)]
    statuses = [os.waitpid(child, 0)[1] for child in children]
    print(int.from_bytes(os.pread(fd, SIZE, 0), "little"))
    if any(statuses):
        sys.exit("robust-lock: not every process finished")


if __name__ == "__main__":
    main()
