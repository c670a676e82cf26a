"""The shim (shim.h) as Python sees it: loads it, turns a module's calls to it, reads its log.

Every function of the shim is called with the GIL held (ctypes.PyDLL), but the one that waits for another
thread: ctypes gives the GIL away around that by functions that the shim may be watching.
"""

import ctypes
import os

from lines import Lines, loaded_files

LOG_ALL, CHECK, PIN, RESULTS = 1, 2, 4, 8
CALLED, RETURNED = 0, 1


class Event(ctypes.Structure):
    _fields_ = [
        ("site", ctypes.c_uint64), ("first", ctypes.c_uint64), ("second", ctypes.c_uint64), ("result", ctypes.c_uint64),
        ("references", ctypes.c_int64), ("time", ctypes.c_int64), ("function", ctypes.c_uint32), ("thread", ctypes.c_uint32),
        ("has_gil", ctypes.c_uint8), ("is_pending", ctypes.c_uint8), ("phase", ctypes.c_uint8), ("spare", ctypes.c_uint8 * 5),
    ]


class Clocks(ctypes.Structure):
    """Nanoseconds of processor time of the last call, and how many of them were spent without the GIL."""

    _fields_ = [(name, ctypes.c_int64) for name in ("process", "process_released", "thread", "thread_released", "releases")]


class Shim:
    def __init__(self, file: str):
        self.library = library = ctypes.PyDLL(file)
        self._waiting = ctypes.CDLL(file)
        library.shim_call.restype = ctypes.py_object
        library.shim_call.argtypes = [ctypes.py_object, ctypes.py_object]
        library.shim_left.restype = ctypes.c_long
        library.shim_name.restype = ctypes.c_char_p
        library.shim_meet.argtypes = [ctypes.c_int, ctypes.c_int64]
        library.shim_close_gate.argtypes = [ctypes.c_int64]
        self._waiting.shim_await_inside.argtypes = [ctypes.c_int64]
        library.shim_fail.argtypes = [ctypes.c_long, ctypes.c_int, ctypes.c_int]
        library.shim_patch.argtypes = [ctypes.c_char_p]
        self.clear, self.restore, self.open_gate = library.shim_clear, library.shim_restore, library.shim_open_gate

    def patch(self, file: str) -> int:
        """Watches a loaded file; how many of its references to functions were turned."""
        return self.library.shim_patch(os.fsencode(file))

    def patch_gil(self) -> int:
        """Watches whoever gives the GIL away, in whatever library."""
        return self.library.shim_patch_gil()

    def catch(self, descriptor: int, directory: str) -> list[str]:
        """A crash is first written to the descriptor; the files in whose code it may be, by number."""
        self.library.shim_code_at.argtypes = [ctypes.c_size_t, ctypes.c_size_t, ctypes.c_size_t, ctypes.c_int]
        lines, files = Lines(), loaded_files(directory)
        for number, file in enumerate(files):
            base = min(low for low, _, _, name in lines.areas if name == file)
            for low, high, is_code, name in lines.areas:
                if name == file and is_code:
                    self.library.shim_code_at(low, high, base, number)
        self.library.shim_catch(descriptor)
        return files

    def mode(self, bits: int) -> None:
        self.library.shim_mode(bits)

    def call(self, function, arguments: tuple):
        """Makes the call; with what is set up for it: clocks, failure, pins, meeting."""
        return self.library.shim_call(function, arguments)

    def fail(self, k: int, api: bool = True, memory: bool = True) -> None:
        self.library.shim_fail(k, api, memory)

    def left(self) -> int:
        """How many calls that can fail are left before the one that does."""
        return self.library.shim_left()

    def struck(self) -> tuple[str, int] | None:
        """Name of the function that was made to fail in the last call, and where it would have returned to."""
        function, site = ctypes.c_uint32(), ctypes.c_uint64()
        if not self.library.shim_struck(ctypes.byref(function), ctypes.byref(site)):
            return None
        return self.name(function.value), site.value

    def name(self, number: int) -> str:
        return self.library.shim_name(number).decode()

    def events(self) -> list[Event]:
        """A copy of the log."""
        first, held = ctypes.POINTER(Event)(), ctypes.c_uint32()
        self.library.shim_events(ctypes.byref(first), ctypes.byref(held))
        copy = (Event * held.value)()
        ctypes.memmove(copy, first, ctypes.sizeof(copy))
        return list(copy)

    def clocks(self) -> Clocks:
        clocks = Clocks()
        self.library.shim_clocks(ctypes.byref(clocks))
        return clocks

    def meet(self, wanted: int, patience: float) -> None:
        """`wanted` armed threads wait for each other where they have just given the GIL away; 0: none."""
        self.library.shim_meet(wanted, int(patience * 1e9))

    def met(self) -> tuple[int, bool]:
        """How many came, and whether one went on alone."""
        timed_out = ctypes.c_int()
        return self.library.shim_met(ctypes.byref(timed_out)), bool(timed_out.value)

    def close_gate(self, patience: float) -> None:
        """Armed threads that give the GIL away wait until open_gate()."""
        self.library.shim_close_gate(int(patience * 1e9))

    def await_inside(self, patience: float) -> bool:
        """Waits, without the GIL, for a thread at the gate."""
        return bool(self._waiting.shim_await_inside(int(patience * 1e9)))
