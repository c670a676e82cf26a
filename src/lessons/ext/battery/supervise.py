"""Runs a probe in a child, and says how the child ended if it did not end by itself.

What is the child's own account of things is in its facts; what is said here comes from the kernel, and
from what the C library, Python and sanitizers wrote to standard error while the child died.

What few probes need is imported where it is needed: every probe starts this program.
"""

import contextlib
import json
import os
import re
import resource
import signal
import subprocess
import sys
from pathlib import Path

from facts import Facts
from given import library_environment
from lines import line_of
from probes import Probe

SANITIZERS = {"asan": ("libasan.so", "libubsan.so"), "tsan": ("libtsan.so",)}
# What children may die of before it is enough.
MOST_DEATHS = 12
KEPT = 8000
# What a thread of a sanitizer that looks around now and then may use meanwhile.
IDLE_TICKS = 5

ADDR_NO_RANDOMIZE = 0x0040000

REPORT = re.compile(r"^(?:==\d+==ERROR: AddressSanitizer: (?P<asan>.*)|WARNING: ThreadSanitizer: (?P<tsan>.*)|(?P<ubsan>.*: runtime error: .*))$", re.M)
FRAME = re.compile(r"^\s+#\d+ (?:0x[0-9a-f]+ in )?(?P<function>\S.*?) (?P<file>[^\s:]+):(?P<line>\d+)", re.M)


def watch(options, probe: Probe, facts: Facts) -> int:
    facts("start", probe=options.probe, lab=options.lab, python=sys.version.split()[0], seed=options.seed,
          module=str(options.module), sources=sources(options.module))
    environment = dict(os.environ, PYTHONHASHSEED="0", PYTHONDONTWRITEBYTECODE="1", OPENBLAS_NUM_THREADS="1",
                       OMP_NUM_THREADS="1", PYTHONFAULTHANDLER="1", **probe.environment)
    out = options.module.resolve().parent
    if options.lab and (out / "library").is_dir():
        # The counting library keeps what was closed: that would look like a leak.
        environment |= library_environment(out, module_of(options.lab), "plain" if options.probe == "leaks-no-memory" else "counting")
    if probe.sanitizer and not is_built(options.module, facts):
        return 0
    if probe.sanitizer and not prepare(probe.sanitizer, environment, facts):
        return 0
    first = options.first
    for _ in range(MOST_DEATHS):
        died_at = one_child(options, probe, environment, first, facts)
        if died_at is None or not probe.goes_on:
            return 0
        if died_at < first:  # before its first case: it would again
            return 0
        first = died_at + 1
    facts("cannot", why=f"it died {MOST_DEATHS} times; the cases behind that were not tried")
    return 0


def module_of(lab: str) -> str:
    import labs

    return labs.find(lab).module


def is_built(directory: Path, facts: Facts) -> bool:
    """Whether there is the variant with a sanitizer; if not, the facts say why."""
    document = directory.resolve().parent / "build.json"
    variant = json.loads(document.read_text())["variants"].get(directory.name, {}) if document.exists() else {}
    if (why := variant.get("not_asked")) is not None:
        facts("not-asked", why=why)
    elif (why := variant.get("cannot")) is not None:
        facts("cannot", why=why)
    else:
        return True
    facts("done")
    return False


def sources(directory: Path) -> list[str]:
    """Names of the submission's files, as sanitizers show them; of nobody's, if somebody else built it."""
    document = directory.resolve().parent / "build.json"
    files = json.loads(document.read_text())["files"] if document.exists() else []
    return sorted({Path(file).name for file in files})


def prepare(sanitizer: str, environment: dict, facts: Facts) -> bool:
    libraries = []
    for name in SANITIZERS[sanitizer]:
        try:
            found = subprocess.run(["cc", f"-print-file-name={name}"], capture_output=True, text=True, check=False).stdout.strip()
        except OSError:
            found = ""
        if not found.startswith("/"):
            facts("cannot", why=f"{name} is not installed")
            return False
        libraries.append(found)
    environment["LD_PRELOAD"] = " ".join(libraries)
    environment["ASAN_OPTIONS"] = "detect_leaks=0:handle_segv=1:symbolize=1:exitcode=86:allocator_may_return_null=1"
    environment["UBSAN_OPTIONS"] = "print_stacktrace=1:halt_on_error=1:exitcode=86"
    environment["TSAN_OPTIONS"] = "exitcode=66:halt_on_error=0:report_signal_unsafe=0:report_thread_leaks=0:history_size=4"
    if sanitizer == "tsan":
        import ctypes

        # Its shadow is at fixed addresses. Where that is refused, it may work all the same.
        ctypes.CDLL(None).personality(ctypes.c_ulong(ADDR_NO_RANDOMIZE))
    return True


def one_child(options, probe: Probe, environment: dict, first: int, facts: Facts) -> int | None:
    """Runs one child; None if it ended by itself, else the number of the case that it was at."""
    command = [sys.executable, str(Path(sys.argv[0]).resolve()), *sys.argv[1:], "--inside", "--first", str(first), "--shim", options.shim]
    # stands_still() waits for it.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
    # A line that this process cannot read would be lost with a pipe that nobody empties: a file.
    with open(os.memfd_create("errors"), "w+b") as errors:
        child = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors,
                                 start_new_session=True, preexec_fn=lambda: limit(probe))
        stuck = stands_still(child, options.patience)
        if stuck:
            # Asked to abort, it says where it is; see shim_crash.c.
            child.send_signal(signal.SIGABRT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(timeout=10)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()
        errors.seek(0)
        said = errors.read().decode("utf-8", "replace")
    reports = sanitizer_reports(said)
    for report in reports:
        facts("sanitizer", **report)
    if "unexpected memory mapping" in said and "ThreadSanitizer" in said:
        facts("cannot", why="the thread sanitizer cannot have its addresses here")
        return None
    case, done = progress(options.facts)
    if done and (child.returncode == 0 or (probe.sanitizer and reports)):
        if said.strip() and not reports:
            facts("said", text=said[-KEPT:])
        return None
    ended = {"signal": signal.Signals(-child.returncode).name} if child.returncode < 0 else {"status": child.returncode}
    if stuck:
        ended = {"stuck": True}
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    facts("died", at=crashed_at(options.facts), case=case, done=done, processor_s=round(used.ru_utime + used.ru_stime, 1), said=said[-KEPT:], **ended)
    return case if not done else None


def stands_still(child: subprocess.Popen, patience: int) -> bool:
    """Waits for the child's end, or until its session has been asleep at so many looks in turn, one a second.

    What the machine does not let run is not asleep, and a machine that stands still looks at nothing.
    """
    ticks, looks = 0, 0
    while looks < patience:
        is_time_to_look = signal.sigtimedwait({signal.SIGCHLD}, 1) is None
        if child.poll() is not None:
            return False
        if not is_time_to_look:
            continue
        now = ticks_of_sleepers(child.pid)
        if now is not None and abs(now - ticks) <= IDLE_TICKS:
            looks += 1
        else:
            ticks, looks = now or 0, 0
    return True


def ticks_of_sleepers(session: int) -> int | None:
    """Processor time of a session's processes, in ticks of the clock; None if a task runs or wants to. See proc_pid_stat(5)."""
    ticks = 0
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = stat(process)
            if words[3] != str(session):
                continue
            ticks += int(words[11]) + int(words[12])
            if any(stat(task)[0] in "RD" for task in process.glob("task/[0-9]*")):
                return None
        except OSError:  # it has ended meanwhile
            continue
    return ticks


def stat(directory: Path) -> list[str]:
    """The words of a stat file behind the name, which may have spaces and parentheses."""
    return (directory / "stat").read_text(errors="replace").rpartition(")")[2].split()


def limit(probe: Probe) -> None:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
    if probe.processor_s:
        resource.setrlimit(resource.RLIMIT_CPU, (probe.processor_s, probe.processor_s + 2))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def progress(path: str) -> tuple[int, bool]:
    """The number of the case that was announced last, and whether the child came to its end."""
    case, done = -1, False
    for fact in all_of(path):
        if fact.get("fact") in ("start", "died"):
            done = False
        case = fact["case"] if fact.get("fact") == "case" else case
        done = done or fact.get("fact") == "done"
    return case, done


def crashed_at(path: str) -> list[dict]:
    """Lines of the last crash: {how, file, line, within}, the innermost first; see shim_crash.c."""
    files, hits = [], []
    for fact in all_of(path):
        if fact.get("fact") == "code":
            files = fact["files"]
        elif fact.get("fact") == "case":
            hits = []
        elif fact.get("fact") == "crash":
            hits = fact["hits"]
    # A return address is behind its call.
    return [{"how": how, **line_of(files[number], offset - (how != "at"))} for number, offset, how in hits if number < len(files)]


def all_of(path: str):
    with open(path, encoding="utf-8", errors="replace") as lines:
        for line in lines:
            try:
                fact = json.loads(line)
            except ValueError:
                continue
            if isinstance(fact, dict):
                yield fact


def sanitizer_reports(said: str) -> list[dict]:
    """What a sanitizer wrote: its kind, and the places in the order in which it names them."""
    found = []
    heads = list(REPORT.finditer(said))
    for head, following in zip(heads, [*heads[1:], None]):
        text = said[head.start() : following.start() if following else len(said)]
        frames = [{"within": f["function"], "file": os.path.basename(f["file"]), "line": int(f["line"])} for f in FRAME.finditer(text)]
        tool = next(name for name in ("asan", "tsan", "ubsan") if head[name])
        found.append({"tool": tool, "kind": re.sub(r"\s*\(pid=\d+\)", "", head[tool]), "frames": frames[:12], "text": text[:KEPT]})
    return found
