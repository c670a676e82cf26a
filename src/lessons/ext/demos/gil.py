"""Who had the lock, and when: two threads in a function that keeps it, and in one that does not.

Usage: gil.py CALLS MILLISECONDS
"""

import threading
import time

calls, wanted_ns = int(sys.argv[1]), float(sys.argv[2]) * 1e6
# What a thread is doing from a call of Python's functions on.
SINCE = {
    "PyArg_ParseTuple": "holds",
    "_PyArg_ParseTuple_SizeT": "holds",
    "PyEval_SaveThread": "without",
    "PyEval_RestoreThread": "waits",
    "PyBuffer_Release": "holds",
    "PyLong_FromUnsignedLongLong": "outside",
}


def rounds_for(function, data):
    """How many rounds need as much processor time as is wanted."""
    spent = []
    for _ in range(5):
        start = time.thread_time_ns()
        function(data, 4)
        spent.append(time.thread_time_ns() - start)
    return max(1, round(4 * wanted_ns / max(1, min(spent))))


def share(watcher, function, data, rounds):
    """Which part of a call's processor time was spent without the lock: the most of five calls.

    A virtual machine may be charged for what its host did meanwhile.
    """
    shares = []
    for _ in range(5):
        watcher.clear()
        watcher.call(function, (data, rounds))
        clocks = watcher.clocks()
        shares.append(clocks.process_released / clocks.process)
    return max(shares)


def story(watcher, function, data, rounds):
    """Two threads make calls; this one wants to do something every millisecond."""
    ready = threading.Barrier(3)
    ids = []

    def work():
        ids.append(threading.get_native_id())
        ready.wait()
        for _ in range(calls):
            function(data, rounds)

    threads = [threading.Thread(target=work, daemon=True) for _ in range(2)]
    for thread in threads:
        thread.start()
    watcher.clear()
    watcher.mode(shim_module.LOG_ALL)
    ready.wait()
    start = time.monotonic_ns()
    ticks = [start]
    while any(thread.is_alive() for thread in threads):
        time.sleep(0.001)
        ticks.append(time.monotonic_ns())
    watcher.mode(0)
    events = watcher.events()
    changes = {number: [] for number in ids}
    for event in events:
        name = watcher.name(event.function)
        if name in SINCE and event.thread in changes:
            changes[event.thread].append([event.time - start, SINCE[name]])
    return {
        "threads": [changes[number] for number in ids],
        "ticks": [tick - start for tick in ticks],
    }


build_or_say("busy")
import busy

watcher = watch(busy)
import shim as shim_module

data = bytes(range(256)) * 64
rounds = rounds_for(busy.held, data)
print(
    json.dumps(
        {
            "processors": len(os.sched_getaffinity(0)),
            "calls": calls,
            "switch_ms": sys.getswitchinterval() * 1e3,
            "stories": [
                {
                    "name": function.__name__,
                    "share": share(watcher, function, data, rounds),
                    **story(watcher, function, data, rounds),
                }
                for function in (busy.held, busy.released)
            ],
        }
    )
)
