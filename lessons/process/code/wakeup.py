"""Waits for input or SIGTERM in Python, without a gap: the interpreter's own self-pipe."""

import os
import select
import signal

# ANCHOR: wakeup
woken, wake = os.pipe()
os.set_blocking(wake, False)
signal.set_wakeup_fd(wake)
signal.signal(signal.SIGTERM, lambda signo, frame: None)

poll = select.poll()
poll.register(0, select.POLLIN)
poll.register(woken, select.POLLIN)
ready = [fd for fd, _ in poll.poll()]
if woken in ready:
    print("signal", os.read(woken, 1)[0])
# ANCHOR_END: wakeup
