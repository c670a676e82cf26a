"""A flag and a poll that never sleeps for more than a fifth of a second.

Not elegant: it wakes up five times a second for nothing. But no signal can go unnoticed for
longer than that, and a second is what was promised.
"""
import os
import select
import signal
import sys

stopping = False


def stop(signum, frame):
    global stopping
    stopping = True


def ready(fd, events):
    """Waits for `fd`; False if it is time to stop."""
    poll = select.poll()
    poll.register(fd, events)
    while not stopping:
        if poll.poll(200):
            return True
    return False


def main(path):
    log = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_SYNC, 0o644)
    content = b""
    while part := os.pread(log, 1 << 20, len(content)):
        content += part
    end = content.rfind(b"\n") + 1
    if end < len(content):
        os.ftruncate(log, end)
        os.fsync(log)
    parent = os.open(os.path.dirname(path), os.O_RDONLY)
    os.fsync(parent)
    count = 0
    rest = b""
    while ready(0, select.POLLIN):
        part = os.read(0, 65536)
        if not part:
            break
        rest += part
        while (newline := rest.find(b"\n")) >= 0:
            record, rest = rest[:newline + 1], rest[newline + 1:]
            done = 0
            try:
                while done < len(record):
                    done += os.write(log, record[done:])
            except OSError:
                os.ftruncate(log, end)
                raise
            end += len(record)
            count += 1
            answer = b"ok %d\n" % count
            while answer:
                if not ready(1, select.POLLOUT):
                    return
                answer = answer[os.write(1, answer):]


signal.signal(signal.SIGTERM, stop)
signal.signal(signal.SIGINT, stop)
try:
    main(sys.argv[1])
except OSError as error:
    print(error, file=sys.stderr)
    sys.stderr.flush()
    os._exit(1)
os._exit(0)
