"""A thread for each FIFO reads text: other bytes end a line as well, or are an error."""
import os
import signal
import stat
import sys
import threading

signal.signal(signal.SIGPIPE, signal.SIG_DFL)
lock = threading.Lock()


def pump(name):
    with open(name) as lines:
        for line in lines:
            with lock:
                sys.stdout.write(line.removesuffix("\n") + "\n")
                sys.stdout.flush()


for name in sys.argv[1:]:
    try:
        is_fifo = stat.S_ISFIFO(os.stat(name).st_mode)
    except OSError as error:
        sys.exit(f"fan-in: {error}")
    if not is_fifo:
        sys.exit(f"fan-in: {name}: not a FIFO")
for name in sys.argv[1:]:
    threading.Thread(target=pump, args=[name]).start()
