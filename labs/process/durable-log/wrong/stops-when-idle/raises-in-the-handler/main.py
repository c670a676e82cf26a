"""The mistake: the handler raises an exception to get out of whatever the program waits in.

Python handlers run between bytecodes. A signal that comes when the interpreter is on its way
into read, and not yet asleep there, raises its exception when that read is over: perhaps never.
"""
import contextlib
import os
import signal
import sys

RECORD_MAX = 64 * 1024
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class Stop(Exception):
    pass


def catch_signals():
    def stop(signum, frame):
        raise Stop

    for signum in STOP_SIGNALS:
        signal.signal(signum, stop)


def open_log(path):
    """Returns the log's descriptor and size, after cutting off a torn record at its end."""
    log = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
    size = os.lseek(log, 0, os.SEEK_END)
    end = end_of_last_whole_record(log, size)
    if end < size:
        os.ftruncate(log, end)
        os.fsync(log)
    # A file is only as durable as the entry that leads to it. Synced at every start: an earlier
    # run may have been killed between creating the file and getting here.
    directory = os.open(os.path.dirname(path) or ".", os.O_RDONLY | os.O_DIRECTORY)
    os.fsync(directory)
    with contextlib.suppress(InterruptedError):  # the one call that Python does not make again
        os.close(directory)
    return log, end


def end_of_last_whole_record(log, size):
    while size > 0:
        start = max(0, size - RECORD_MAX)
        newline = os.pread(log, size - start, start).rfind(b"\n")
        if newline >= 0:
            return start + newline + 1
        size = start
    return 0


def commit(log, end, records):
    """Makes whole records durable, or raises OSError; returns where the log now ends."""
    rest = memoryview(records)
    try:
        while rest:
            rest = rest[os.write(log, rest):]
    except OSError:
        os.ftruncate(log, end)
        raise
    os.fsync(log)
    return end + len(records)


def acknowledge(numbers):
    for number in numbers:
        piece = b"ok %d\n" % number
        while piece:
            piece = piece[os.write(1, piece):]


def serve(path):
    catch_signals()
    log, end = open_log(path)
    count = 0
    held = bytearray()
    while True:
        chunk = os.read(0, RECORD_MAX)
        if not chunk:
            return  # what is still held is a record without its end: it was never promised
        held += chunk
        whole = held.rfind(b"\n") + 1
        if whole:
            records = bytes(held[:whole])
            del held[:whole]
            end = commit(log, end, records)
            first, count = count + 1, count + records.count(b"\n")
            acknowledge(range(first, count + 1))
        if len(held) > RECORD_MAX:
            raise OSError(f"record {count + 1} is longer than 64 KiB")


def main():
    if len(sys.argv) != 2:
        print("usage: durable-log LOGFILE", file=sys.stderr)
        return 2
    try:
        serve(sys.argv[1])
        signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
        return 0
    except Stop:
        return 0
    except OSError as error:
        print(f"durable-log: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
