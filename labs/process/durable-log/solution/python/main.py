"""durable-log: append records to a file, and acknowledge each one that would survive.

For the instructor. Four decisions carry this program:

1. CPython runs a signal's Python handler between two bytecodes and makes interrupted calls again
   (PEP 475). So neither a flag nor an exception from the handler gets the program out of a call
   that the signal just missed. What does is the wakeup descriptor: the C handler writes to it at
   once, whatever the interpreter is doing, and poll waits for it together with the input.
2. It never blocks but in poll. After POLLOUT, a pipe takes PIPE_BUF bytes without blocking:
   acknowledgements go out in pieces of that size.
3. `end` is where the last record ends that is safe. After a failed write the log is cut back to
   it. A failed sync is final: the kernel may have dropped the pages and forgotten the error.
4. The interpreter puts SIG_DFL back while it shuts down. The signals are blocked before that, or
   one that comes late would kill a program that has already decided to exit 0.
"""
import contextlib
import os
import select
import signal
import sys

RECORD_MAX = 64 * 1024
ACKS_AT_ONCE = select.PIPE_BUF // len("ok 18446744073709551615\n")
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)


def catch_signals():
    """Returns a descriptor that is readable once we have been told to stop."""
    wake, poke = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.set_wakeup_fd(poke, warn_on_full_buffer=False)
    for signum in STOP_SIGNALS:
        signal.signal(signum, lambda *_: None)
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


def acknowledge(numbers, wake):
    """Writes "ok N" for each number; returns False if told to stop and nobody reads."""
    for at in range(0, len(numbers), ACKS_AT_ONCE):
        piece = b"".join(b"ok %d\n" % number for number in numbers[at:at + ACKS_AT_ONCE])
        while piece:
            ready, _ = wait_for(1, select.POLLOUT, wake)
            if not ready:
                return False
            piece = piece[os.write(1, piece):]
    return True


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
        if whole:
            records = bytes(held[:whole])
            del held[:whole]
            end = commit(log, end, records)
            first, count = count + 1, count + records.count(b"\n")
            if not acknowledge(range(first, count + 1), wake):
                return
        if len(held) > RECORD_MAX:
            raise OSError(f"record {count + 1} is longer than 64 KiB")


def main():
    if len(sys.argv) != 2:
        print("usage: durable-log LOGFILE", file=sys.stderr)
        return 2
    try:
        serve(sys.argv[1])
        return 0
    except OSError as error:
        print(f"durable-log: {error}", file=sys.stderr)
        return 1
    finally:
        signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)


if __name__ == "__main__":
    sys.exit(main())
