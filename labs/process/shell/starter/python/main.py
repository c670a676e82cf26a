"""shell: pipelines, redirections, background commands.

This starter reads lines, understands them, and runs one command after the other. Reading and
understanding are done; follow the TODOs for the rest.
"""
import dataclasses
import os
import re
import sys

SYNTAX = 2

# A blank; an operator; a word: pieces in quotes and pieces without.
TOKEN = re.compile(r"""[ \t]+|(2>&1|2>|>>|[<>|;&])|((?:[^ \t<>|;&'"]|'[^']*'|"[^"]*")+)""")
PIECE = re.compile(r"""'([^']*)'|"([^"]*)"|([^'"]+)""")
OPEN = ("<", ">", ">>", "2>")     # operators that want the name of a file


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
        # TODO: who gets SIGINT when somebody types Ctrl-C, and who is to end?

    def expanded(self, word):
        """Returns a word as the command gets it: without quotes, and with the status for $?."""
        return "".join(
            single or re.sub(r"\$\?", str(self.status), double or plain or "")
            for single, double, plain in PIECE.findall(word))

    def redirect(self, command):
        """Makes the redirections, left to right; OSError if one fails."""
        for operator, word in command.redirects:
            # TODO: where is the file to end up?
            raise OSError(f"{operator} is still to come")

    def built_in(self, words):
        """Runs a builtin here and returns its status; None if it is none."""
        match words:
            case []:
                return 0
            case ["exit", *number]:
                sys.exit(int(number[0]) & 255 if number and number[0].isdigit() else self.status)
            case ["wait"]:
                # TODO: wait for all background commands.
                return 0
            case ["cd", *directory]:
                try:
                    os.chdir(directory[0] if directory else os.environ.get("HOME", "/"))
                except OSError as error:
                    complain(f"cd: {error}")
                    return 1
                return 0
        return None

    def become(self, command):
        """In the child: becomes the command; returns its status if that fails."""
        # TODO: which signal settings does the command get that were made for the shell, or by
        # the interpreter for itself?
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
            os.execvp(words[0], words)
        except OSError as error:
            complain(f"{words[0]}: {error.strerror}")
            return 1    # TODO: there are two statuses for a command that cannot be executed

    def start(self, command):
        """Starts a child that becomes a command; its id."""
        if pid := os.fork():    # TODO: and if there is no child?
            return pid
        status = 1
        try:
            status = self.become(command)
        finally:
            os._exit(status)

    def run(self, pipeline):
        """Starts every stage, and waits for them unless they are to run in the background."""
        *_, last = pipeline.commands
        is_alone = len(pipeline.commands) == 1 and not pipeline.in_background
        if is_alone and (not last.words or last.words[0] in ("cd", "exit", "wait")):
            # TODO: it may have redirections, and the shell wants its own streams back afterwards.
            return self.built_in([self.expanded(word) for word in last.words])
        # TODO: the stages are to run at the same time, with a pipe between each two. Who has to
        # close which end of it, and when?
        status = 0
        for command in pipeline.commands:
            pid = self.start(command)
            # TODO: a pipeline in the background is not waited for.
            status = self.wait_for(pid)
        return status

    @staticmethod
    def wait_for(pid):
        """Waits for a command; what $? says of it."""
        # TODO: children that nobody waits for end, too. Who asks for them, and when?
        _, how = os.waitpid(pid, 0)
        # TODO: what does this number say, and how do you get at the exit status or the signal?
        return how

    def main(self):
        while True:
            if os.isatty(0):
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
