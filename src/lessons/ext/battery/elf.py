"""Reads of a shared object what the battery asks: what it needs, which init functions it exports.

The dynamic section and the dynamic symbols only, of 64-bit little-endian files; see elf(5). Everything
in a submission's file may be wrong on purpose: what cannot be read is "nothing", never an exception.
"""

import struct
from pathlib import Path

DT_NEEDED, DT_STRTAB, DT_SYMTAB, DT_RPATH, DT_RUNPATH = 1, 5, 6, 15, 29
PT_LOAD, PT_DYNAMIC, SHT_DYNSYM = 1, 2, 11
INIT = "PyInit_"


class Elf:
    def __init__(self, file: Path):
        self.needed: list[str] = []
        self.run_path: list[str] = []
        self.exports: list[str] = []
        try:
            self.data = file.read_bytes()
            if self.data[:6] == b"\x7fELF\x02\x01":
                self._read()
        except (OSError, struct.error, IndexError, ValueError):
            pass

    def _read(self) -> None:
        (program, sections) = struct.unpack_from("<QQ", self.data, 32)
        (entry, count, section_size, section_count) = struct.unpack_from("<HHHH", self.data, 54)
        loads, dynamic = [], None
        for i in range(count):
            kind, _, offset, address, _, size = struct.unpack_from("<IIQQQQ", self.data, program + i * entry)
            if kind == PT_LOAD:
                loads.append((address, offset, size))
            elif kind == PT_DYNAMIC:
                dynamic = (offset, size)

        def where(address):
            return next(offset + address - start for start, offset, size in loads if start <= address < start + size)

        if dynamic:
            tags = [struct.unpack_from("<qQ", self.data, dynamic[0] + i) for i in range(0, dynamic[1], 16)]
            strings = where(dict(tags).get(DT_STRTAB, 0))
            self.needed = [self._string(strings + value) for tag, value in tags if tag == DT_NEEDED]
            self.run_path = [self._string(strings + value) for tag, value in tags if tag in (DT_RPATH, DT_RUNPATH)]
        for i in range(section_count):
            header = struct.unpack_from("<IIQQQQIIQQ", self.data, sections + i * section_size)
            if header[1] == SHT_DYNSYM:
                self._symbols(header, struct.unpack_from("<IIQQQQ", self.data, sections + header[6] * section_size)[4])

    def _symbols(self, header, strings) -> None:
        for offset in range(header[4], header[4] + header[5], 24):
            name, info, other, section = struct.unpack_from("<IBBH", self.data, offset)
            if section != 0 and info >> 4 in (1, 2) and other & 3 in (0, 3):  # defined, global or weak, visible
                self.exports.append(self._string(strings + name))

    def _string(self, offset: int) -> str:
        return self.data[offset : self.data.index(b"\0", offset)].decode("utf-8", "replace")


def modules(file: Path) -> list[str]:
    """Names of the modules that this file is: NAME of each PyInit_NAME it exports."""
    return sorted(name[len(INIT) :] for name in Elf(file).exports if name.startswith(INIT))
