"""Runs a command, and says how many of its threads were running, or ready to run, at a time.

Usage: running.py COMMAND...
"""

import glob
import statistics
import subprocess
import sys
import time


def running(pid):
    """How many threads of the process are in the state R; see proc_pid_stat(5)."""
    count = 0
    for path in glob.glob(f"/proc/{pid}/task/*/stat"):
        try:
            with open(path) as file:
                # The name before it, in parentheses, may have blanks.
                count += file.read().rpartition(")")[2].split()[0] == "R"
        except OSError:
            pass
    return count


child = subprocess.Popen(sys.argv[1:])
looks = [running(child.pid)]
while child.poll() is None:
    looks.append(running(child.pid))
    time.sleep(0.01)
# The median, since the start and the end are different.
print("threads running at a time:", statistics.median(looks))
sys.exit(child.returncode)
