"""The mistake: the command gets an environment of its own, which is empty."""
import dataclasses
import errno
import os
import re
import signal
import sys

NOT_EXECUTABLE, NOT_FOUND, SYNTAX, BY_SIGNAL = 126, 127, 2, 128

# A blank; an operator; a word: pieces in quotes and pieces without.
TOKEN = re.compile(r"""[ \t]+|(2>&1|2>|>>|[<>|;&])|((?:[^ \t<>|;&'"]|'[^']*'|"[^"]*")+)""")
PIECE = re.compile(r"""'([^']*)'|"([^"]*)"|([^'"]+)""")
OPEN = {"<": (0, os.O_RDONLY), "2>": (2, os.O_WRONLY | os.O_CREAT | os.O_TRUNC),
        ">": (1, os.O_WRONLY | os.O_CREAT | os.O_TRUNC),
        ">>": (1, os.O_WRONLY | os.O_CREAT | os.O_APPEND)}


@dataclasses.dataclass
class Command:
    words: list         # as they were written; see Shell.expanded
    redirects: list     # (operator, word), left to right


@dataclasses.dataclass
class Pipeline:
    commands: list
    in_background: bool


def complain(message):
    os.write(2, f"shell: {message}\n".encode(errors="surrogateescape"))


def read_line():
    """Returns a line without its newline; None at the end of input. No word can hold a NUL."""
    line = bytearray()
    while (byte := os.read(0, 1)) not in (b"", b"\n"):
        line += byte
    if not line and not byte:
        return None
    return line.replace(b"\0", b"").decode(errors="surrogateescape")


def parse(line):
    """Returns the pipelines of a line; ValueError if it makes no sense."""
    pipelines, commands, command = [], [], Command([], [])
    operator = None     # a redirection that still wants its word
    at = 0
    tokens = []
    while at < len(line):
        if not (token := TOKEN.match(line, at)):
            raise ValueError("a quote is not closed")
        at = token.end()
        tokens.append(token.groups())
    for sign, word in [*tokens, (None, None)]:
        if word:
            if operator:
                command.redirects.append((operator, word))
            else:
                command.words.append(word)
            operator = None
        elif sign == "2>&1" and not operator:
            command.redirects.append((sign, None))
        elif sign in OPEN and not operator:
            operator = sign
        elif sign:
            if operator or not (command.words or command.redirects):
                raise ValueError(f"nothing stands before {sign}")
            commands.append(command)
            command = Command([], [])
            if sign != "|":
                pipelines.append(Pipeline(commands, sign == "&"))
                commands = []
    if operator:
        raise ValueError(f"nothing stands after {operator}")
    if command.words or command.redirects:
        pipelines.append(Pipeline([*commands, command], False))
    elif commands:
        raise ValueError("nothing stands after |")
    return pipelines


class Shell:
    def __init__(self):
        self.status = 0
        self.found = {}     # what the terminal's signals did before we ignored them
        if os.isatty(0):
            for signum in (signal.SIGINT, signal.SIGQUIT):
                # CPython handles SIGINT; a command shall have the default.
                before = signal.signal(signum, signal.SIG_IGN)
                self.found[signum] = signal.SIG_IGN if before == signal.SIG_IGN else signal.SIG_DFL
        else:
            signal.signal(signal.SIGINT, signal.SIG_DFL)

    def expanded(self, word):
        """Returns a word as the command gets it: without quotes, and with the status for $?."""
        return "".join(
            single or re.sub(r"\$\?", str(self.status), double or plain or "")
            for single, double, plain in PIECE.findall(word))

    def redirect(self, command):
        """Makes the redirections, left to right; OSError if one fails."""
        for operator, word in command.redirects:
            if operator == "2>&1":
                os.dup2(1, 2)
                continue
            target, flags = OPEN[operator]
            fd = os.open(self.expanded(word), flags, 0o666)
            os.dup2(fd, target)
            os.close(fd)

    def built_in(self, words):
        """Runs a builtin here and returns its status; None if it is none."""
        match words:
            case []:
                return 0
            case ["exit", *number]:
                sys.exit(int(number[0]) & 255 if number and number[0].isdigit() else self.status)
            case ["wait"]:
                try:
                    while True:
                        os.wait()
                except ChildProcessError:
                    return 0
            case ["cd", *directory]:
                try:
                    os.chdir(directory[0] if directory else os.environ.get("HOME", "/"))
                except OSError as error:
                    complain(f"cd: {error}")
                    return 1
                return 0
        return None

    def become(self, command, stdin, stdout, in_background):
        """In the child: becomes the command; returns its status if that fails."""
        for signum in (signal.SIGPIPE, signal.SIGXFSZ):
            signal.signal(signum, signal.SIG_DFL)
        for signum in (signal.SIGINT, signal.SIGQUIT):
            if in_background:
                signal.signal(signum, signal.SIG_IGN)
            elif signum in self.found:
                signal.signal(signum, self.found[signum])
        if in_background and stdin is None:
            stdin = os.open(os.devnull, os.O_RDONLY)
        for fd, target in ((stdin, 0), (stdout, 1)):
            if fd is not None:
                os.dup2(fd, target)
        try:
            self.redirect(command)
        except OSError as error:
            complain(error)
            return 1
        words = [self.expanded(word) for word in command.words]
        try:
            if (status := self.built_in(words)) is not None:
                return status
        except SystemExit as leaving:
            return leaving.code
        try:
            if not words[0]:
                raise FileNotFoundError(errno.ENOENT, "a command without a name")
            os.execvpe(words[0], words, {})
        except OSError as error:
            complain(f"{words[0]}: {error.strerror}")
            missing = isinstance(error, (FileNotFoundError, NotADirectoryError))
            return NOT_FOUND if missing else NOT_EXECUTABLE

    def start(self, *how):
        """Starts a child that becomes a command; its id. OSError if there can be none."""
        if pid := os.fork():
            return pid
        status = 1
        try:
            status = self.become(*how)
        finally:
            os._exit(status)

    def run_built_in(self, command):
        """Runs a builtin in the shell itself, which gets its standard streams back afterwards."""
        saved = [os.dup(fd) for fd in range(3)] if command.redirects else []
        try:
            self.redirect(command)
            return self.built_in([self.expanded(word) for word in command.words])
        except OSError as error:
            complain(error)
            return 1
        finally:
            for target, fd in enumerate(saved):
                os.dup2(fd, target)
                os.close(fd)

    def run(self, pipeline):
        """Starts every stage, and waits for them unless they are to run in the background."""
        *_, last = pipeline.commands
        is_alone = len(pipeline.commands) == 1 and not pipeline.in_background
        if is_alone and (not last.words or last.words[0] in ("cd", "exit", "wait")):
            return self.run_built_in(last)
        pids, stdin, failure = [], None, None
        for command in pipeline.commands:
            after = stdout = None
            try:
                if command is not last:
                    after, stdout = os.pipe()
                pids.append(self.start(command, stdin, stdout, pipeline.in_background))
            except OSError as error:
                failure = error
            # An end that stays open here is an end that its reader never sees.
            for fd in (stdin, stdout):
                if fd is not None:
                    os.close(fd)
            stdin = after
            if failure:
                complain(f"cannot start a command: {failure.strerror}")
                break
        if stdin is not None:
            os.close(stdin)
        if pipeline.in_background and not failure:
            return 0
        status = self.wait_for(pids)
        return 1 if failure else status

    @staticmethod
    def wait_for(pids):
        """Waits until none of these is left; the last one's status. Reaps whoever else ends."""
        left, status = set(pids), 0
        while left:
            pid, how = os.wait()
            left.discard(pid)
            if pid == pids[-1]:
                code = os.waitstatus_to_exitcode(how)
                status = code if code >= 0 else BY_SIGNAL - code
        return status

    def main(self):
        while True:
            try:
                while os.waitpid(-1, os.WNOHANG)[0]:
                    pass
            except ChildProcessError:
                pass
            if self.found:
                os.write(1, b"$ ")
            if (line := read_line()) is None:
                return self.status
            try:
                pipelines = parse(line)
            except ValueError as error:
                complain(f"syntax error: {error}")
                self.status = SYNTAX
                continue
            for pipeline in pipelines:
                self.status = self.run(pipeline)


if __name__ == "__main__":
    sys.exit(Shell().main())
