"""An empty file ends in line 0."""

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
STRING = re.compile("""([rR]?[bBfF]?|[bBfF][rR]|[uU])('''|\"""|'|")""")
BLANKS = re.compile(r"[ \t\f]*")
COMMENT = re.compile(r"#[^\n]*")
# The longest first.
OPERATOR = re.compile(
    r"\*\*=|//=|>>=|<<=|\.\.\."
    r"|[-+*/%@&|^:=!<>]=|->|\*\*|//|<<|>>"
    r"|[-+*/%@&|^~<>()\[\]{},:;.=!`$?]"
)
CLOSING = {"(": ")", "[": "]", "{": "}"}
ESCAPES = {"\\": "\\\\", "'": "\\'", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\f": "\\f"}
TAB = 8


class Wrong(Exception):
    """The source is no Python: what is wrong, and where it begins."""

    def __init__(self, why, at):
        super().__init__(why)
        self.at = at


class FString:
    """A string with code in it that has begun."""

    def __init__(self, quote, is_raw, at):
        self.quote = quote
        self.is_raw = is_raw
        self.at = at
        # For each brace that is open: how many brackets there were with it.
        self.braces = []
        # Or in the code between braces.
        self.is_in_text = True


class Tokenizer:
    def __init__(self, source):
        self.source = source
        self.at = 0
        self.line = 1
        self.line_start = 0
        self.indents = [(0, 0)]
        self.brackets = []  # Those that are open: the character, and where.
        self.fstrings = []
        self.tokens = []

    def position(self):
        return self.line, self.at - self.line_start

    def looking_at(self, text):
        return self.source.startswith(text, self.at)

    def emit(self, kind, end):
        """A token from here to there, which may be on a later line."""
        start = self.position()
        text = self.source[self.at : end]
        self.line += text.count("\n")
        if "\n" in text:
            self.line_start = self.at + text.rindex("\n") + 1
        self.at = end
        self.tokens.append((kind, start, self.position(), text))

    def emit_empty(self, kind, width=0):
        line, column = self.position()
        self.tokens.append((kind, (line, column), (line, column + width), ""))

    def end_line(self, kind):
        """The end of the line as a token: it is one character long, and on the line that it ends."""
        line, column = self.position()
        self.tokens.append((kind, (line, column), (line, column + 1), "\n"))
        self.skip_newline()

    def skip_newline(self):
        self.at += 1
        self.line += 1
        self.line_start = self.at

    # Lines.

    def all_tokens(self):
        while self.at < len(self.source):
            self.begin_line()
        if not self.source:
            self.line = 0
        if self.at > self.line_start:
            # The last line is not ended: what comes is on the next one all the same.
            self.line += 1
            self.line_start = self.at
        for _ in self.indents[1:]:
            self.emit_empty("DEDENT")
        self.emit_empty("ENDMARKER")
        return self.tokens

    def begin_line(self):
        column, other = 0, 0
        blanks = BLANKS.match(self.source, self.at)
        for blank in blanks[0]:
            if blank == "\f":
                column, other = 0, 0
            else:
                column = column + 1 if blank == " " else (column // TAB + 1) * TAB
                other += 1
        start, self.at = self.at, blanks.end()
        if self.at == len(self.source):
            return self.emit_empty("NL", 1)
        if self.source[self.at] in "#\n":
            return self.rest_of_line(is_blank=True)
        self.indent(start, (column, other))
        return self.rest_of_line(is_blank=False)

    def indent(self, start, columns):
        """Compares with the lines before. Tabs are measured in two ways, which have to agree."""

        def compare(a, b):
            if (a[0] > b[0]) - (a[0] < b[0]) != (a[1] > b[1]) - (a[1] < b[1]):
                raise Wrong("inconsistent use of tabs and spaces", self.position())
            return a[0] - b[0]

        if compare(columns, self.indents[-1]) > 0:
            self.indents.append(columns)
            end, self.at = self.at, start
            return self.emit("INDENT", end)
        while columns[0] < self.indents[-1][0]:
            self.indents.pop()
            self.emit_empty("DEDENT")
        if compare(columns, self.indents[-1]):
            raise Wrong("unindent does not match any outer indentation level", self.position())
        return None

    def rest_of_line(self, is_blank):
        """All tokens to the end of the logical line, that one included."""
        while True:
            if self.fstrings and self.fstrings[-1].is_in_text:
                self.text_of_fstring(self.fstrings[-1])
                continue
            self.at = BLANKS.match(self.source, self.at).end()
            if self.looking_at("#"):
                self.emit("COMMENT", COMMENT.match(self.source, self.at).end())
            if self.at == len(self.source):
                if self.brackets:
                    bracket, at = self.brackets[-1]
                    raise Wrong(f"{bracket} was never closed", at)
                return self.emit_empty("NL" if is_blank else "NEWLINE", 1)
            if self.looking_at("\n"):
                if not self.brackets:
                    return self.end_line("NL" if is_blank else "NEWLINE")
                self.end_line("NL")
            elif self.looking_at("\\"):
                if not self.looking_at("\\\n") or self.at + 2 == len(self.source):
                    raise Wrong("nothing can continue here", self.position())
                self.at += 1
                self.skip_newline()
            else:
                self.token()

    # Tokens.

    def token(self):
        string = STRING.match(self.source, self.at)
        if string:
            return self.string(string)
        for kind, pattern in (("NAME", NAME), ("NUMBER", NUMBER), ("OP", OPERATOR)):
            match = pattern.match(self.source, self.at)
            if match:
                return self.operator(match) if kind == "OP" else self.emit(kind, match.end())
        raise Wrong(f"what is {self.source[self.at]!r}?", self.position())

    def string(self, match):
        prefix, quote = match[1].lower(), match[2]
        if "f" in prefix:
            self.fstrings.append(FString(quote, "r" in prefix, self.position()))
            return self.emit("FSTRING_START", match.end())
        end = match.end()
        while not self.source.startswith(quote, end):
            if end >= len(self.source) or (len(quote) == 1 and self.source[end] == "\n"):
                raise Wrong("unterminated string", self.position())
            end += 2 if self.source[end] == "\\" else 1
        return self.emit("STRING", end + len(quote))

    def operator(self, match):
        text = match[0]
        inner = self.fstrings[-1] if self.fstrings else None
        is_outermost = inner is not None and inner.braces[-1] == len(self.brackets)
        if is_outermost and text[0] == ":":
            # What follows is a format, and not what belongs to := or to a slice.
            inner.is_in_text = True
            return self.emit("OP", self.at + 1)
        if text in CLOSING:
            self.brackets.append((text, self.position()))
        elif text in CLOSING.values():
            if not self.brackets or CLOSING[self.brackets[-1][0]] != text:
                raise Wrong(f"{text} closes nothing that is open", self.position())
            self.brackets.pop()
            if is_outermost:
                inner.braces.pop()
                inner.is_in_text = True
        return self.emit("OP", match.end())

    def text_of_fstring(self, inner):
        """A piece of the text of a string with code in it, and what ends it."""
        end = self.at
        is_format = bool(inner.braces)
        while not self.source.startswith(inner.quote, end):
            here = self.source[end : end + 2]
            if here == "" or (here[0] == "\n" and len(inner.quote) == 1):
                raise Wrong("unterminated string", inner.at)
            if here in ("{{", "}}") and not is_format:
                # One of them is the last character of this piece, and the other is in none.
                self.emit("FSTRING_MIDDLE", end + 1)
                self.at += 1
                return
            if here[0] in "{}":
                self.middle(end)
                return self.brace(inner)
            if here == "\\N" and not inner.is_raw and self.source.startswith("{", end + 2):
                # The name of a character, and the end of a piece.
                return self.middle(self.source.find("}", end) + 1 or len(self.source))
            if here[0] == "\\" and here[1:] not in ("{", "}"):
                end += 2
            else:
                end += 1
        self.middle(end)
        if is_format:
            raise Wrong("{ was never closed", self.brackets[-1][1])
        self.emit("FSTRING_END", end + len(inner.quote))
        self.fstrings.pop()

    def middle(self, end):
        if end > self.at:
            self.emit("FSTRING_MIDDLE", end)

    def brace(self, inner):
        if self.looking_at("{"):
            self.brackets.append(("{", self.position()))
            inner.braces.append(len(self.brackets))
            inner.is_in_text = False
        elif not inner.braces:
            raise Wrong("} closes nothing that is open", self.position())
        else:
            inner.braces.pop()
            self.brackets.pop()
        self.emit("OP", self.at + 1)


def main():
    with open(sys.argv[1], encoding="utf-8", newline="") as file:
        source = file.read()
    try:
        tokens = Tokenizer(source).all_tokens()
    except Wrong as wrong:
        line, column = wrong.at
        print(f"{line}:{column}: {wrong}", file=sys.stderr)
        return 1
    sys.stdout.reconfigure(encoding="utf-8")
    for kind, start, end, text in tokens:
        shown = "".join(ESCAPES.get(character, character) for character in text)
        print(f"{kind} {start[0]},{start[1]}-{end[0]},{end[1]} '{shown}'")
    return 0


if __name__ == "__main__":
    sys.exit(main())
