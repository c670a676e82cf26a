"""A service that reports each request, in the background. Usage: service.py REQUESTS"""

import subprocess
import sys

# ANCHOR: loop
for number in range(1, int(sys.argv[1]) + 1):
    # The shell returns at once; what it started goes on.
    subprocess.run(["sh", "-c", f"./report {number} &"], check=True)
# ANCHOR_END: loop

print(f"served {sys.argv[1]} requests")
subprocess.run(["ps", "-o", "pid,ppid,stat,comm"])
