"""One loop sees everything: a signal, a death, a sum. The workers are other programs, which get a
descriptor and write what they have found to a socket that all of them share."""
import mmap
import os
import selectors
import signal
import socket
import subprocess
import sys

FLOAT = 4
WORKER = """
import mmap, os, socket, sys
fd, out, k, count, first, end = map(int, sys.argv[1:])
total = 0.0
if first < end:
    memory = mmap.mmap(fd, count * 4, flags=mmap.MAP_SHARED, prot=mmap.PROT_READ)
    total = sum(memoryview(memory).cast("f")[first:end])
socket.socket(fileno=out).send(b"%d %d" % (k, total))
"""


def make(count):
    fd = os.open("/dev/shm", os.O_TMPFILE | os.O_RDWR, 0o600)
    block = memoryview(bytearray(FLOAT * 64000))
    with block.cast("f") as values:
        for nth in range(len(values)):
            values[nth] = nth % 1000
    at = 0
    while at < count * FLOAT:
        begin = at % len(block)
        at += os.write(fd, block[begin : begin + count * FLOAT - at])
    return os.open(f"/proc/self/fd/{fd}", os.O_RDONLY)


def main():
    workers, count = (int(word) for word in sys.argv[1:])
    here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    wakes, woken = socket.socketpair()
    woken.setblocking(False)
    signal.set_wakeup_fd(woken.fileno())
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, frame: None)
    fd = make(count)
    waits = selectors.DefaultSelector()
    waits.register(here, selectors.EVENT_READ)
    waits.register(wakes, selectors.EVENT_READ)
    started, sums, dead = {}, {}, []
    try:
        for k in range(workers):
            stripe = (k, count, k * count // workers, (k + 1) * count // workers)
            words = [str(word) for word in (fd, there.fileno(), *stripe)]
            command = [sys.executable, "-S", "-E", "-c", WORKER, *words]
            worker = subprocess.Popen(command, pass_fds=(fd, there.fileno()))
            died = os.pidfd_open(worker.pid)
            waits.register(died, selectors.EVENT_READ, worker)
            started[worker] = died
        while len(dead) < workers:
            for key, _ in waits.select():
                if key.fileobj is here:
                    k, total = map(int, here.recv(100).split())
                    sums[k] = total
                elif key.fileobj is wakes:
                    raise SystemExit(128 + wakes.recv(1)[0])
                else:
                    waits.unregister(key.fileobj)
                    dead.append(key.data)
                    if key.data.wait() != 0:
                        sys.exit(f"weights: a worker has ended with {key.data.returncode}")
        here.setblocking(False)
        while len(sums) < workers:
            k, total = map(int, here.recv(100).split())
            sums[k] = total
    finally:
        for worker in started:
            worker.kill()
            worker.wait()
    for k in range(workers):
        print("worker", k, sums[k])
    print("total", sum(sums.values()))


try:
    main()
except OSError as error:
    sys.exit(f"weights: {error}")
