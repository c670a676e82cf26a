"""Maps memory that is nobody's file, and reads the file into it."""
import mmap
import os
import stat
import sys

WINDOW = 32 << 20
PIECE = 1 << 20


def count_lines(name):
    with open(name, "rb", buffering=0, opener=open_without_waiting) as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise OSError("not a regular file")
        return sum(
            count_window(file, offset, min(WINDOW, status.st_size - offset))
            for offset in range(0, status.st_size, WINDOW)
        )


def open_without_waiting(name, flags):
    return os.open(name, flags | os.O_NONBLOCK)


def count_window(file, offset, length):
    try:
        view = mmap.mmap(-1, length)
        file.readinto(view)
    except ValueError as error:
        # The module itself has found that the file is shorter than it was.
        raise OSError(f"it became shorter while it was counted: {error}") from None
    with view:
        return sum(view[at : at + PIECE].count(b"\n") for at in range(0, length, PIECE))


def work(names, answers):
    """Counts, in the child: a number for each index, or why not."""
    for index in names:
        try:
            answer = str(count_lines(sys.argv[int(index)]))
        except OSError as error:
            answer = f"error {error.strerror or error}"
        answers.write(answer.replace("\n", " ") + "\n")
        answers.flush()


class Worker:
    """A child that counts, and what leads to it."""

    def __init__(self):
        names, self.names = os.pipe()
        self.answers, answers = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self.names)
            os.close(self.answers)
            work(os.fdopen(names), os.fdopen(answers, "w"))
            os._exit(0)
        os.close(names)
        os.close(answers)
        self.names = os.fdopen(self.names, "w")
        self.answers = os.fdopen(self.answers)

    def count(self, index):
        """The child's answer; empty if it died of the question."""
        self.names.write(f"{index}\n")
        self.names.flush()
        return self.answers.readline()

    def close(self):
        self.names.close()
        self.answers.close()
        return os.waitpid(self.pid, 0)[1]


def main():
    total = 0
    has_failed = False
    worker = Worker()
    for index, name in enumerate(sys.argv[1:], 1):
        answer = worker.count(index).rstrip("\n")
        if answer.isdigit():
            print(answer, name)
            total += int(answer)
            continue
        if not answer:
            signal = os.waitstatus_to_exitcode(worker.close())
            answer = f"error it became shorter while it was counted ({signal})"
            worker = Worker()
        print(f"count: {name}: {answer.removeprefix('error ')}", file=sys.stderr)
        has_failed = True
    worker.close()
    if len(sys.argv) > 2:
        print(total, "total")
    return has_failed


if __name__ == "__main__":
    sys.exit(main())
