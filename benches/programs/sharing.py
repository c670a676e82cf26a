"""Until the last of many processes can read what one of them has: shared, and pickled.

    sharing.py share|pickle WORKERS BYTES

Prints the seconds it took, from the moment on at which the first process has it.  Pickled, each
worker gets the part that it works on, and no more.
"""

import multiprocessing
import sys
import time
from multiprocessing import shared_memory


def attach(name, first, last, ready, leave):
    memory = shared_memory.SharedMemory(name)
    ready.put(memory.buf[first] == memory.buf[last] == 7)
    leave.wait()
    memory.close()


def receive(pipe, ready, leave):
    part = pipe.recv()
    ready.put(part[0] == part[-1] == 7)
    leave.wait()


def main(way, workers, size):
    source = b"\7" * size
    begin = time.monotonic()
    ready, leave = multiprocessing.SimpleQueue(), multiprocessing.Event()
    part = size // workers
    processes, pipes, memory = [], [], None
    if way == "share":
        memory = shared_memory.SharedMemory(create=True, size=size)
        memory.buf[:size] = source
    for worker in range(workers):
        first = worker * part
        if memory:
            arguments = memory.name, first, first + part - 1, ready, leave
            process = multiprocessing.Process(target=attach, args=arguments)
        else:
            ours, its = multiprocessing.Pipe()
            pipes.append(ours)
            process = multiprocessing.Process(target=receive, args=(its, ready, leave))
        process.start()
        processes.append(process)
    for worker, pipe in enumerate(pipes):
        pipe.send(source[worker * part : (worker + 1) * part])
    assert all(ready.get() for _ in processes)
    print(time.monotonic() - begin)
    leave.set()
    for process in processes:
        process.join()
    if memory:
        memory.close()
        memory.unlink()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
