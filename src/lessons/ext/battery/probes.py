"""The registry: every probe, the room it is in, and what it needs of its surroundings."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Probe:
    # File and function that do it.
    room: str
    function: str
    environment: dict = field(default_factory=dict)
    # Sanitizer that must be loaded before anything else.
    sanitizer: str = ""
    # Seconds of processor time for one child; 0: no limit, because with one the kernel's clock for the
    # process goes in steps of a tick.
    processor_s: int = 120
    # Whether it goes on, in another child, behind the case of which a child died.
    goes_on: bool = False


DEBUG = {"PYTHONMALLOC": "debug"}
MALLOC = {"PYTHONMALLOC": "malloc"}

# What lies in a thread's cache counts as given out: without that, what is given out is what is used.
HEAP = {**MALLOC, "GLIBC_TUNABLES": "glibc.malloc.tcache_count=0", "MALLOC_ARENA_MAX": "1"}

PROBES = {
    "builds": Probe("probe_import", "builds"),
    "computes": Probe("probe_values", "computes", goes_on=True),
    "refuses-bad-arguments": Probe("probe_values", "refuses", DEBUG, goes_on=True),
    "stays-in-bounds": Probe("probe_values", "stays_in_bounds", goes_on=True),
    "stays-in-bounds@asan": Probe("probe_values", "stays_in_bounds_asan", MALLOC, "asan", goes_on=True),
    "keeps-no-reference": Probe("probe_references", "keeps_no_reference", goes_on=True),
    "gives-no-reference-away": Probe("probe_references", "gives_no_reference_away", DEBUG, goes_on=True),
    "leaks-no-memory": Probe("probe_references", "leaks_no_memory", HEAP, goes_on=True),
    "survives-failing-calls": Probe("probe_failures", "survives_failing_calls", DEBUG, goes_on=True),
    "raises-or-returns": Probe("probe_failures", "raises_or_returns", goes_on=True),
    "needs-no-gil-it-gave-up": Probe("probe_failures", "needs_no_gil", DEBUG, goes_on=True),
    "releases-the-gil": Probe("probe_threads", "releases_the_gil", processor_s=0),
    "shares-safely": Probe("probe_threads", "shares_safely", DEBUG, goes_on=True),
    "shares-safely@asan": Probe("probe_threads", "shares_safely", MALLOC, "asan", goes_on=True),
    "shares-safely@tsan": Probe("probe_threads", "shares_safely", MALLOC, "tsan", goes_on=True),
    "answers-signals": Probe("probe_threads", "answers_signals", processor_s=20),
    "declares-prototypes": Probe("probe_bind", "declares_prototypes"),
    "frees-handles": Probe("probe_bind", "frees_handles", goes_on=True),
    "keeps-callbacks-alive": Probe("probe_bind", "keeps_callbacks_alive", DEBUG, goes_on=True),
    "imports-anywhere": Probe("probe_import", "imports_anywhere", goes_on=True),
}
