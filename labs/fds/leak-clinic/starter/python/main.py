"""service DIR: reads commands, a line each, and answers each with a line.

This starter works, and each of its commands leaves descriptors open: follow the TODOs.
They mark the functions, not the lines.
"""
import os
import socket
import stat
import subprocess
import sys

LOG_MAX = 1024
LOGS = 3


class Service:
    def __init__(self, directory):
        os.chdir(directory)
        self.children = []
        self.open_log()

    def open_log(self):
        self.log_fd = os.open("app.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        # Hooks that are run may log as well.
        os.set_inheritable(self.log_fd, True)

    def rotate(self):
        """Makes app.log app.log.1 and so on, the oldest first."""
        names = ["app.log"] + [f"app.log.{number}" for number in range(1, LOGS + 1)]
        for older, newer in zip(reversed(names), reversed(names[:-1])):
            try:
                os.rename(newer, older)
            except FileNotFoundError:
                pass

    # TODO: which descriptor has the log before a rotation, which one has it after, and who speaks
    # of the first one then?
    def log(self, text):
        if os.fstat(self.log_fd).st_size > LOG_MAX:
            try:
                self.rotate()
            except OSError as error:
                print(f"service: {error}", file=sys.stderr)
            else:
                self.open_log()
        os.write(self.log_fd, text.encode() + b"\n")
        return "ok"

    # TODO: how many ways lead out of this function?
    def size(self, name):
        try:
            fd = os.open(name, os.O_RDONLY | os.O_NONBLOCK)
        except FileNotFoundError:
            return "error"
        status = os.fstat(fd)
        if not stat.S_ISREG(status.st_mode):
            return "error"
        os.close(fd)
        return f"ok {status.st_size}"

    # TODO: how many descriptors does one call give, and how many are given back?
    def ping(self):
        left, right = (end.detach() for end in socket.socketpair())
        os.write(left, b"!")
        os.read(right, 1)
        os.close(left)
        return "ok"

    # TODO: which end of this pipe is open when it returns? And what else of this program does the
    # command hold?
    def run(self, command):
        with open(os.devnull, "rb") as nothing:
            child = subprocess.Popen(
                command,
                shell=True,
                stdin=nothing,
                stdout=subprocess.PIPE,
                close_fds=False,
            )
        self.children.append(child)
        count = 0
        while chunk := child.stdout.read1(65536):
            count += len(chunk)
        status = child.wait()
        return f"ok {status if status >= 0 else 128 - status} {count}"

    # TODO: what is open when the second open fails? And when a read does?
    def copy(self, source, target):
        try:
            reading = os.open(source, os.O_RDONLY | os.O_NONBLOCK)
            writing = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
            while chunk := os.read(reading, 65536):
                os.write(writing, chunk)
        except (FileNotFoundError, IsADirectoryError):
            return "error"
        os.close(reading)
        os.close(writing)
        return "ok"

    def answer(self, line):
        command, blank, rest = line.partition(" ")
        words = rest.split(" ")
        if command == "ping":
            return self.ping()
        if not blank:
            return "error"
        if command == "log":
            return self.log(rest)
        if command == "size":
            return self.size(rest)
        if command == "run":
            return self.run(rest)
        if command == "copy" and len(words) == 2:
            return self.copy(*words)
        return "error"


def main():
    service = Service(sys.argv[1])
    for line in sys.stdin:
        print(service.answer(line.rstrip("\n")), flush=True)


if __name__ == "__main__":
    main()
