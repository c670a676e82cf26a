"""Workers that answer from one table of weights, which each gets in the same way.

Usage: serve.py load|pass|fork|share WORKERS COUNT

Says how long it took until the last worker was ready, and what the workers' memory was then and
after each had answered one request.
"""

import array
import functools
import mmap
import multiprocessing
import os
import sys
import tempfile
import time


# ANCHOR: load
@functools.cache
def load(path):
    with open(path, "rb") as file:
        return array.array("f", file.read()).tolist()


def work(weights, connection):
    connection.send("ready")
    while connection.recv() == "sum":
        connection.send(sum(weights))
# ANCHOR_END: load


# ANCHOR: worker
def worker(path, connection):
    work(load(path), connection)
# ANCHOR_END: worker


# ANCHOR: share
@functools.cache
def shared(path):
    size = os.path.getsize(path)
    fd = os.memfd_create("weights")
    os.ftruncate(fd, size)
    with open(path, "rb") as file:
        while os.sendfile(fd, file.fileno(), None, size):
            pass
    return fd


def mapped(fd, connection):
    with mmap.mmap(fd, 0, prot=mmap.PROT_READ) as memory:
        with memoryview(memory).cast("f") as weights:
            work(weights, connection)
# ANCHOR_END: share


def start(way, path, connection):
    fork, spawn = map(multiprocessing.get_context, ("fork", "spawn"))
    # ANCHOR: ways
    if way == "load":
        return spawn.Process(target=worker, args=(path, connection))
    if way == "pass":
        return spawn.Process(target=work, args=(load(path), connection))
    if way == "fork":
        return fork.Process(target=work, args=(load(path), connection))
    # ANCHOR_END: ways
    return fork.Process(target=mapped, args=(shared(path), connection))


# ANCHOR: memory
def memory(pids, field):
    total = 0
    for pid in pids:
        with open(f"/proc/{pid}/smaps_rollup") as lines:
            total += sum(int(line.split()[1]) for line in lines if line.startswith(field + ":"))
    return total / 1024
# ANCHOR_END: memory


def report(when, pids):
    print(f"{when}: Rss {memory(pids, 'Rss'):.0f} MiB, Pss {memory(pids, 'Pss'):.0f} MiB", flush=True)


def main():
    way, count, size = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    with tempfile.NamedTemporaryFile() as file:
        array.array("f", (i % 1000 for i in range(size))).tofile(file)
        file.flush()
        begun = time.monotonic()
        processes, ends = [], []
        for _ in range(count):
            ours, theirs = multiprocessing.Pipe()
            processes.append(start(way, file.name, theirs))
            processes[-1].start()
            theirs.close()
            ends.append(ours)
        for end in ends:
            end.recv()
        took = time.monotonic() - begun
    pids = [os.getpid()] + [process.pid for process in processes]
    report(f"ready after {took:.1f} s", pids)
    for end in ends:
        end.send("sum")
    sums = {end.recv() for end in ends}
    report("after a request", pids)
    for end in ends:
        end.send("stop")
    for process in processes:
        process.join()
    if sums != {float(sum(i % 1000 for i in range(size)))}:
        sys.exit(f"the sums are {sums}")


if __name__ == "__main__":
    main()
