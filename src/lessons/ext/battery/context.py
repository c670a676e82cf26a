"""What a probe has, inside of the child: the lab, the module, the names, where facts go, the shim."""

import importlib
import json
import os
import random
import sys
import traceback

import labs
import material
from cases import Call, Outcome, outcome
from facts import Facts
from given import BATTERY
from lines import Lines, loaded_files
from probes import PROBES
from shim import Shim


# What Python calls the file of what exec() is given, and we of what a call is made of.
TEXTS = ("<string>", "<call>")


class Cannot(Exception):
    """Something that the probe needs is not there; says what."""


class Context:
    def __init__(self, options):
        self.options = options
        self.facts = Facts(options.facts)
        self.directory = str(options.module.resolve())
        self.lab = labs.find(options.lab) if options.lab else labs.unknown(options.module_name, options.call)
        self.case_number = -1
        self.module = None
        # What build.py said; nothing for a module that somebody else has built.
        document = options.module.resolve().parent / "build.json"
        self.build = json.loads(document.read_text()) if document.exists() else {}

    def run(self) -> int:
        probe = PROBES[self.options.probe]
        try:
            getattr(importlib.import_module(probe.room), probe.function)(self)
        except Cannot as reason:
            self.facts("cannot", why=str(reason))
        except Exception as error:
            frames = traceback.extract_tb(error.__traceback__)
            if not self.is_the_modules(error, frames):
                self.facts("broken", why=f"{type(error).__name__}: {error} ({frames[-1].filename}:{frames[-1].lineno})")
                raise
            at = [{"file": os.path.basename(frame.filename), "line": frame.lineno, "within": frame.name} for frame in frames if self.is_inside(frame)]
            self.facts("unprepared", case=self.case_number, **Outcome(error=error).facts(), at=at[::-1])
        self.facts("done")
        return 0

    def is_the_modules(self, error: Exception, frames) -> bool:
        """Whether the module raised it, where what a call needs was made, or a text called it; else it is our own mistake."""
        ours = str(BATTERY) + os.sep
        known = [frame for frame in frames if frame.filename.startswith(ours) or frame.filename in TEXTS or self.is_inside(frame)]
        return not isinstance(error, MemoryError) and bool(known) and not known[-1].filename.startswith(ours)

    def is_inside(self, frame) -> bool:
        """Whether a frame is of the module's Python."""
        return frame.filename.startswith(self.directory + os.sep)

    def load(self):
        """Imports the module; the names in which calls are evaluated are those of this import."""
        sys.path.insert(0, self.directory)
        self.facts("import", module=self.lab.module)
        try:
            self.module = importlib.import_module(self.lab.module)
        except BaseException as error:  # noqa: BLE001
            self.facts("import-failed", **Outcome(error=error).facts())
            raise Cannot("the module cannot be imported") from error
        self.catch()
        material.keep_what_is_there()
        return self.module

    def catch(self) -> None:
        """Lets a crash say where in the module it is; sanitizers do that themselves."""
        if self.options.shim and not PROBES[self.options.probe].sanitizer:
            try:
                files = Shim(self.options.shim).catch(self.facts.descriptor, self.directory)
            except (OSError, AttributeError):
                return
            self.facts("code", files=files)

    def names(self, of_module: bool = True) -> dict:
        """Fresh names to evaluate calls in: the module's, or those of the reference."""
        own = vars(self.module) if of_module else self.lab.reference
        return {**material.names(), self.lab.module: self.module, **{k: v for k, v in own.items() if not k.startswith("__")}}

    def cases(self, sources, kind: str):
        """Announces one call after the other, and gives it; passes over those before --first."""
        for source in sources:
            self.case_number += 1
            if self.case_number < self.options.first:
                continue
            yield self.announce(source, kind)

    def announce(self, source: str, kind: str, **more) -> Call:
        self.facts("case", case=self.case_number, kind=kind, call=source, **more)
        return Call(source)

    def skips_case(self) -> bool:
        """Counts a case that a probe announces by itself; whether it is to be passed over."""
        self.case_number += 1
        return self.case_number < self.options.first

    def both(self, call: Call, setup: str = "") -> tuple[Outcome, Outcome] | None:
        """What the module and the reference make of a call; None if an argument cannot be made here."""
        reference = self.names(of_module=False)
        try:
            exec(setup, reference)
            call.parts(reference)
        except NameError as error:  # numpy is not installed
            self.facts("cannot", case=self.case_number, why=str(error))
            return None
        own = self.names()
        exec(setup, own)
        return outcome(call, own), outcome(call, reference)

    def shim(self, needs_patch: bool = True) -> Shim:
        """The shim, watching every shared object of the module's directory."""
        if not self.options.shim:
            raise Cannot("there is no shim: it has stubs for x86-64 only")
        try:
            shim = Shim(self.options.shim)
        except OSError as error:
            raise Cannot(f"the shim cannot be loaded: {error}") from error
        turned = sum(max(shim.patch(file), 0) for file in loaded_files(self.directory))
        shim.patch_gil()
        self.facts("watched", references=turned)
        if needs_patch and turned == 0:
            raise Cannot("no shared object of the module calls Python")
        return shim

    def lines(self) -> Lines:
        return Lines()

    def rng(self) -> random.Random:
        return random.Random(self.options.seed)
