"""Addresses: which files of a module are in memory, and which line of the submission an address belongs to."""

import os
import subprocess
from pathlib import Path


class Lines:
    """Where in the submission's sources an address is. Asks addr2line(1), once for each file."""

    def __init__(self):
        self.areas = []
        with open("/proc/self/maps", encoding="utf-8", errors="replace") as maps:
            for line in maps:
                fields = line.split(maxsplit=5)
                if len(fields) == 6 and fields[5].startswith("/"):
                    low, high = (int(part, 16) for part in fields[0].split("-"))
                    self.areas.append((low, high, "x" in fields[1], fields[5].strip()))
        self.known: dict[int, dict] = {}

    def file_of(self, address: int) -> tuple[str, int] | None:
        """The file that is mapped there, and the address that the file itself uses for it."""
        for low, high, _, file in self.areas:
            if low <= address < high:
                base = min(area[0] for area in self.areas if area[3] == file)
                return file, address - base
        return None

    def of(self, site: int) -> dict:
        """{file, line, within} of the call that returns to `site`; {object} where there is no line."""
        if site not in self.known:
            self.known[site] = self._ask(site)
        return self.known[site]

    def _ask(self, site: int) -> dict:
        place = self.file_of(site)
        # The call is before the address to which it returns.
        return line_of(place[0], place[1] - 1) if place else {}


def line_of(file: str, address: int) -> dict:
    """{file, line, within} of an address in a file, by addr2line(1)."""
    command = ["addr2line", "-f", "-i", "-C", "-e", file, hex(address)]
    clean = {name: value for name, value in os.environ.items() if name != "LD_PRELOAD"}
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=clean)
    except OSError:
        return {"object": Path(file).name}
    lines = done.stdout.splitlines()
    found = []
    for function, where in zip(lines[::2], lines[1::2]):
        source, _, line = where.rpartition(":")
        number = line.split()[0] if line else ""
        if number.isdigit() and source != "??":
            found.append({"file": source, "line": int(number), "within": function})
    # Of inlined functions the innermost that is no header of Python's.
    for one in found:
        if "/include/python" not in one["file"]:
            return {**one, "file": os.path.basename(one["file"])}
    return {"object": Path(file).name}


def loaded_files(directory: str) -> list[str]:
    """Shared objects from this directory that are mapped into this process."""
    inside = os.path.realpath(directory) + os.sep
    files = {file for _, _, _, file in Lines().areas if file.startswith(inside) and ".so" in os.path.basename(file)}
    return sorted(files)
