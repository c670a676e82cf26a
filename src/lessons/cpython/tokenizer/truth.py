"""What the tokens of a Python source are: as the tokenize module of the Python that runs this says.

Where something is wrong with a source, compile() says where: it points at what was opened, and
tokenize at where the file ends.
"""

import io
import token
import tokenize
import warnings

# How characters are written in the text of a token that would end it, or its line.
ESCAPES = {"\\": "\\\\", "'": "\\'", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\f": "\\f"}

# The longest line of a source that is shown as it is, and how many lines a source may have to be
# shown as a whole.
SHOWN = 100
SHOWN_LINES = 10


class Unfit(Exception):
    """A source that is not for this lab."""


def shown(source, number):
    """A line of a source, for people; if there are few, with the others."""
    lines = source.split("\n")
    if len(lines) <= SHOWN_LINES and all(len(line) <= SHOWN for line in lines):
        return f"line {number} of\n{source.rstrip()}"
    text = lines[number - 1] if number <= len(lines) else ""
    return f"line {number}, {text[:SHOWN]}{'...' * (len(text) > SHOWN)}"


def tokens(source):
    """The tokens, as [why, line of output]."""
    outputs = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            found = list(tokenize.generate_tokens(io.StringIO(source).readline))
        except (tokenize.TokenError, SyntaxError, SystemError) as error:
            # The last of these is what 3.12 and 3.13 make of some strings with code in them.
            raise Unfit(str(error))
    for kind, text, start, end, _ in found:
        if kind == token.ERRORTOKEN or token.tok_name[kind].startswith("TSTRING"):
            raise Unfit(f"{text!r} is no token")
        if token.tok_name[kind] == "FSTRING_MIDDLE" and not text:
            # Versions differ in where they see a piece without a character.
            continue
        if "\n" in text.rstrip("\n") and end[1] != len(text.rpartition("\n")[2]):
            # Some 3.12 count bytes there.
            raise Unfit("the end is not where it is")
        written = "".join(ESCAPES.get(character, character) for character in text)
        place = f"{start[0]},{start[1]}-{end[0]},{end[1]}"
        outputs.append([shown(source, start[0]), f"{token.tok_name[kind]} {place} '{written}'\n"])
    return outputs


def has_fstrings(source):
    """Whether there are strings with code in them: until 3.11 they are tokens like other strings."""
    for kind, text, *_ in tokenize.generate_tokens(io.StringIO(source).readline):
        prefix = text[: min(text.find("'") % 1000, text.find('"') % 1000)].lower()
        if token.tok_name[kind] == "FSTRING_START" or (kind == token.STRING and "f" in prefix):
            return True
    return False


def mistake(source):
    """Where the first mistake of a source begins, line and column, and what it is."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(source, "source", "exec")
    except SyntaxError as error:
        line, column = error.lineno, error.offset - 1
        if isinstance(error, IndentationError):
            # The columns of these have changed. What begins there is the first word of the line.
            text = source.split("\n")[line - 1]
            column = len(text) - len(text.lstrip())
        return line, column, error.msg
    raise Unfit("nothing is wrong")
