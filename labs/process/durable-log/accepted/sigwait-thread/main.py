"""The main thread waits for the signals, a second thread does the work and blocks where it likes.

A lock holds the main thread off while the log is in pieces. Being stuck in an acknowledgement that
nobody reads does not count: the record is whole by then.
"""
import os
import signal
import sys
import threading

in_pieces = threading.Lock()


def work(path):
    log = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
    size = whole = os.stat(path).st_size
    while whole > 0:
        start = max(0, whole - 65536)
        whole = start + os.pread(log, whole - start, start).rfind(b"\n") + 1
        if whole > start:
            break
    if whole < size:
        os.ftruncate(log, whole)
        os.fsync(log)
    parent = os.open(os.path.dirname(path) or ".", os.O_RDONLY)
    os.fsync(parent)

    number = 0
    rest = b""
    while block := os.read(0, 1 << 16):
        *records, rest = (rest + block).split(b"\n")
        for record in records:
            record += b"\n"
            with in_pieces:
                done = 0
                try:
                    while done < len(record):
                        done += os.write(log, record[done:])
                except OSError:
                    os.ftruncate(log, whole)
                    raise
            os.fsync(log)
            whole += len(record)
            number += 1
            answer = b"ok %d\n" % number
            while answer:
                answer = answer[os.write(1, answer):]


def worker(path):
    try:
        work(path)
    except OSError as error:
        os.write(2, f"{error}\n".encode())
        os._exit(1)
    os._exit(0)


def main():
    stop = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, stop)  # the thread inherits it
    threading.Thread(target=worker, args=sys.argv[1:], daemon=True).start()
    signal.sigwait(stop)
    in_pieces.acquire(timeout=0.5)
    os._exit(0)


main()
