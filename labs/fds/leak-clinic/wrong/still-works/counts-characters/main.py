"""Counts the characters of what comes out of a program, and not the bytes."""
import os
import socket
import stat
import subprocess
import sys

LOG_MAX = 1024
LOGS = 3
NAMES = ["app.log"] + [f"app.log.{number}" for number in range(1, LOGS + 1)]


def open_log():
    return open("app.log", "ab", buffering=0)


class Service:
    def __init__(self, directory):
        os.chdir(directory)
        self.file = open_log()

    def rename_logs(self):
        """Makes app.log app.log.1 and so on, the oldest first."""
        for older, newer in zip(reversed(NAMES), reversed(NAMES[:-1])):
            try:
                os.rename(newer, older)
            except FileNotFoundError:
                pass

    def rotate(self):
        self.rename_logs()
        try:
            fresh = open_log()
        except OSError:
            os.rename(NAMES[1], NAMES[0])
            raise
        self.file.close()
        self.file = fresh

    def log(self, text):
        if os.fstat(self.file.fileno()).st_size > LOG_MAX:
            try:
                self.rotate()
            except OSError as error:
                print(f"service: {error}", file=sys.stderr)
        self.file.write(text.encode() + b"\n")
        return "ok"

    def size(self, name):
        # What is not opened need not be closed.
        status = os.stat(name)
        return f"ok {status.st_size}" if stat.S_ISREG(status.st_mode) else "error"

    def ping(self):
        left, right = socket.socketpair()
        with left, right:
            left.sendall(b"!")
            return "ok" if right.recv(1) == b"!" else "error"

    def run(self, command):
        with open(os.devnull, "rb") as nothing, subprocess.Popen(
            command, shell=True, stdin=nothing, stdout=subprocess.PIPE, text=True
        ) as child:
            count = len(child.stdout.read())
        status = child.returncode
        return f"ok {status if status >= 0 else 128 - status} {count}"

    def copy(self, source, target):
        with open(source, "rb") as reading, open(target, "wb") as writing:
            while chunk := reading.read(65536):
                writing.write(chunk)
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
        try:
            answer = service.answer(line.rstrip("\n"))
        except OSError as error:
            print(f"service: {error}", file=sys.stderr)
            answer = "error"
        print(answer, flush=True)


if __name__ == "__main__":
    main()
