"""Waits for a child, but not longer than a second. Usage: pidfd.py COMMAND [ARG...]"""

import os
import select
import signal
import sys

# ANCHOR: wait
child = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ)
ends = os.pidfd_open(child)
poll = select.poll()
poll.register(ends, select.POLLIN)
if not poll.poll(1000):
    signal.pidfd_send_signal(ends, signal.SIGTERM)
_, status = os.waitpid(child, 0)
# ANCHOR_END: wait
print(os.waitstatus_to_exitcode(status))
