"""robust-lock COUNTERFILE PROCESSES TIMES: so many processes add 1 to a counter in a mapped file, so
often each.

This starter adds without a lock, and believes that the file is there: follow the TODOs.
"""
import mmap
import os
import sys


def add(counter, times):
    for _ in range(times):
        # TODO: these are a load, an addition and a store. What may happen in between?
        counter[0] += 1


def main():
    # TODO: it may be missing, or short. What is an access behind the end of a file?
    fd = os.open(sys.argv[1], os.O_RDWR)
    counter = memoryview(mmap.mmap(fd, 8)).cast("Q")
    for _ in range(int(sys.argv[2])):
        if os.fork() == 0:
            add(counter, int(sys.argv[3]))
            os._exit(0)
    for _ in range(int(sys.argv[2])):
        # TODO: how did they end?
        os.wait()
    print(counter[0])


if __name__ == "__main__":
    main()
