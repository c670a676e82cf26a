"""Two processes: the child owns the log, the parent talks to the world.

The parent sends groups of whole records down a pipe, each behind its length, and waits for a byte
that says that the group is durable.
"""
import os
import select
import signal
import struct
import sys

LENGTH = struct.Struct("!I")


def read_exactly(fd, size):
    data = b""
    while len(data) < size:
        part = os.read(fd, size - len(data))
        if not part:
            return None
        data += part
    return data


def write_all(fd, data):
    while data:
        data = data[os.write(fd, data):]


class Log:
    def __init__(self, path):
        self.fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        parent = os.open(os.path.dirname(os.path.abspath(path)), os.O_RDONLY)
        os.fsync(parent)
        size = os.fstat(self.fd).st_size
        self.end = self.whole(size)
        if self.end != size:
            os.ftruncate(self.fd, self.end)
            os.fsync(self.fd)

    def whole(self, size):
        """The size without a torn record, looked for in ever larger pieces of the end."""
        piece = 1024
        while True:
            piece = min(2 * piece, size)
            newline = os.pread(self.fd, piece, size - piece).rfind(b"\n")
            if newline >= 0 or piece == size:
                return size - piece + newline + 1

    def append(self, data):
        done = 0
        try:
            while done < len(data):
                done += os.pwrite(self.fd, data[done:], self.end + done)
        except OSError:
            os.ftruncate(self.fd, self.end)
            raise
        os.fdatasync(self.fd)
        self.end += done


def child(path, requests, answers):
    """Stores groups until the parent is gone."""
    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, signal.SIG_IGN)  # the parent decides when it is over
    try:
        log = Log(path)
        while header := read_exactly(requests, LENGTH.size):
            group = read_exactly(requests, LENGTH.unpack(header)[0])
            if group is None:
                return 0
            log.append(group)
            write_all(answers, b"+")
    except BrokenPipeError:
        return 0
    except OSError as error:
        print(f"{path}: {error.strerror}", file=sys.stderr)
        return 1
    return 0


def wait(fd, events, wake):
    poll = select.poll()
    poll.register(fd, events)
    poll.register(wake, select.POLLIN)
    found = dict(poll.poll())
    return fd in found, wake in found


def parent(to_child, from_child, wake):
    number = 0
    rest = b""
    while not wait(0, select.POLLIN, wake)[1]:
        part = os.read(0, 1 << 16)
        if not part:
            return
        *lines, rest = (rest + part).split(b"\n")
        if not lines:
            continue
        group = b"\n".join(lines) + b"\n"
        write_all(to_child, LENGTH.pack(len(group)) + group)
        if not os.read(from_child, 1):
            return  # its exit status says the rest
        for _ in lines:
            number += 1
            answer = b"ok %d\n" % number
            while answer:
                if not wait(1, select.POLLOUT, wake)[0]:
                    return
                answer = answer[os.write(1, answer):]


def main():
    requests, to_child = os.pipe()
    from_child, answers = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(to_child)
        os.close(from_child)
        os.close(0)
        os.close(1)
        os._exit(child(sys.argv[1], requests, answers))
    os.close(requests)
    os.close(answers)

    wake, poke = os.pipe()
    os.set_blocking(poke, False)
    signal.set_wakeup_fd(poke)
    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, lambda signum, frame: None)
    status = 0
    try:
        parent(to_child, from_child, wake)
    except BrokenPipeError:
        pass
    except OSError as error:
        print(error, file=sys.stderr)
        status = 1
    os.close(to_child)
    _, ended = os.waitpid(pid, 0)
    sys.stderr.flush()
    os._exit(status or (1 if ended else 0))


main()
