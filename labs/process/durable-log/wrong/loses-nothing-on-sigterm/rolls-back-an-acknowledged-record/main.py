"""The mistake: the handler raises an exception, and the exception rolls the record back.

The exception comes between any two bytecodes: also after the acknowledgement has been written and
before `end` has moved. Then the roll-back takes a record that somebody was told is safe.
"""
import contextlib
import os
import select
import signal
import sys

RECORD_MAX = 64 * 1024
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class Stop(Exception):
    pass


def stop(signum, frame):
    raise Stop


def catch_signals():
    """Returns a descriptor that is readable once we have been told to stop."""
    wake, poke = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.set_wakeup_fd(poke, warn_on_full_buffer=False)
    for signum in STOP_SIGNALS:
        signal.signal(signum, stop)
    return wake


def wait_for(fd, events, wake):
    """Waits until `fd` is ready or we are told to stop; returns (ready, stop), perhaps both."""
    poll = select.poll()
    poll.register(fd, events)
    poll.register(wake, select.POLLIN)
    found = [which for which, _ in poll.poll()]
    return fd in found, wake in found


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


def store(log, end, record, number, wake):
    """Makes a whole record durable and acknowledges it; returns where the log now ends."""
    rest = memoryview(record)
    try:
        while rest:
            rest = rest[os.write(log, rest):]
        os.fsync(log)
        acknowledge(number, wake)
        end += len(record)
    except (OSError, Stop):
        os.ftruncate(log, end)
        raise
    return end


def acknowledge(number, wake):
    piece = b"ok %d\n" % number
    while piece:
        ready, _ = wait_for(1, select.POLLOUT, wake)
        if not ready:
            raise Stop
        piece = piece[os.write(1, piece):]


def serve(path):
    wake = catch_signals()
    log, end = open_log(path)
    count = 0
    held = bytearray()
    while True:
        _, stop = wait_for(0, select.POLLIN, wake)
        if stop:
            return
        chunk = os.read(0, RECORD_MAX)
        if not chunk:
            return  # what is still held is a record without its end: it was never promised
        held += chunk
        whole = held.rfind(b"\n") + 1
        *records, _ = bytes(held[:whole]).split(b"\n")
        del held[:whole]
        for record in records:
            end = store(log, end, record + b"\n", count + 1, wake)
            count += 1
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
