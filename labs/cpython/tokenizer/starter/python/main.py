"""Cuts a Python source into names, numbers and single characters so far."""

import re
import sys

DIGITS = r"[0-9](?:_?[0-9])*"
EXPONENT = rf"[eE][-+]?{DIGITS}"
NUMBER = re.compile(
    "0[xX](?:_?[0-9a-fA-F])+|0[bB](?:_?[01])+|0[oO](?:_?[0-7])+"
    rf"|(?:{DIGITS}\.(?:{DIGITS})?|\.{DIGITS})(?:{EXPONENT})?[jJ]?"
    rf"|{DIGITS}{EXPONENT}[jJ]?|{DIGITS}[jJ]?"
)
NAME = re.compile(r"[A-Za-z_\u0080-\U0010ffff][A-Za-z0-9_\u0080-\U0010ffff]*")
OPERATOR = re.compile(r".")  # TODO: some have two or three characters.
ESCAPES = {"\\": "\\\\", "'": "\\'", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\f": "\\f"}


class Tokenizer:
    def __init__(self, source):
        self.source = source
        self.at = 0
        self.line = 1
        self.line_start = 0
        self.tokens = []

    def emit(self, kind, end):
        """A token from here to there."""
        column = self.at - self.line_start
        # TODO: the end of some strings is on another line.
        last = self.line, column + end - self.at
        self.tokens.append((kind, (self.line, column), last, self.source[self.at : end]))
        self.at = end

    def emit_empty(self, kind):
        self.tokens.append((kind, (self.line, 0), (self.line, 0), ""))

    def all_tokens(self):
        while self.at < len(self.source):
            # TODO: a line may begin a block, or end some, and it may be blank.
            self.rest_of_line()
        # TODO: blocks may be open.
        self.emit_empty("ENDMARKER")
        return self.tokens

    def rest_of_line(self):
        """All tokens to the end of the line, that one included."""
        while self.at < len(self.source):
            # TODO: comments, brackets, and lines that are continued.
            if self.source[self.at] in " \t\f":
                self.at += 1
            elif self.source[self.at] == "\n":
                self.emit("NEWLINE", self.at + 1)
                self.line += 1
                self.line_start = self.at
                return
            else:
                self.token()

    def token(self):
        # TODO: strings, and then strings with code in them.
        for kind, pattern in (("NAME", NAME), ("NUMBER", NUMBER), ("OP", OPERATOR)):
            match = pattern.match(self.source, self.at)
            if match:
                return self.emit(kind, match.end())


def main():
    with open(sys.argv[1], encoding="utf-8", newline="") as file:
        source = file.read()
    # TODO: where is a source wrong, if it is?
    tokens = Tokenizer(source).all_tokens()
    sys.stdout.reconfigure(encoding="utf-8")
    for kind, start, end, text in tokens:
        shown = "".join(ESCAPES.get(character, character) for character in text)
        print(f"{kind} {start[0]},{start[1]}-{end[0]},{end[1]} '{shown}'")


if __name__ == "__main__":
    main()
