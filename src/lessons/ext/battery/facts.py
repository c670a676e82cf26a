"""Writes facts: one JSON object a line, into a file that the module under test was not told of.

Each line is written at once, before what it announces is done, so that after a crash the last line says
what it was. README.md says which facts there are.
"""

import json
import os

# A descriptor that a module which closes "all of its own" is not likely to reach.
HIGH = 700
LONGEST = 2000


class Facts:
    def __init__(self, path: str):
        self.path = path
        self.descriptor = -1
        self._open()

    def _open(self) -> None:
        low = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            self.descriptor = os.dup2(low, HIGH, inheritable=False)
            os.close(low)
        except OSError:  # RLIMIT_NOFILE is lower
            self.descriptor = low

    def __call__(self, fact: str, **fields) -> None:
        line = json.dumps({"fact": fact, **fields}, ensure_ascii=True, default=shown).encode() + b"\n"
        try:
            os.write(self.descriptor, line)
        except OSError:
            self._open()
            os.write(self.descriptor, line)


def shown(value) -> str:
    """repr(), whatever the object's own does, and not without end."""
    try:
        text = repr(value)
    except BaseException as error:  # noqa: BLE001 (PyO3's panics are no Exception)
        text = f"<{type(value).__name__} whose repr() raises {type(error).__name__}>"
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}... ({len(text)} characters)"
