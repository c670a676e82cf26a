"""fcntl.lockf, whose owner is the process: the file may be opened once. The processes add in turn
with a slice of eight bytes."""
import fcntl
import mmap
import os
import sys

SIZE = 8


def add(fd, times):
    memory = mmap.mmap(fd, SIZE)
    for _ in range(times):
        fcntl.lockf(fd, fcntl.LOCK_EX)
        value = int.from_bytes(memory[:SIZE], "little")
        memory[:SIZE] = (value + 1).to_bytes(SIZE, "little")
        fcntl.lockf(fd, fcntl.LOCK_UN)


def start(fd, times):
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            add(fd, times)
            status = 0
        finally:
            os._exit(status)
    return pid


def main():
    path, processes, times = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    # The order of bytes is that of the machine: little-endian, wherever this runs.
    fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    if os.fstat(fd).st_size < SIZE:
        os.ftruncate(fd, SIZE)
    children = [start(fd, times) for _ in range(processes)]
    statuses = [os.waitpid(child, 0)[1] for child in children]
    print(int.from_bytes(os.pread(fd, SIZE, 0), "little"))
    if any(statuses):
        sys.exit("robust-lock: not every process finished")


if __name__ == "__main__":
    main()
