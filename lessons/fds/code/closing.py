"""As app.py, with a rotation that closes, and errors of the log that do not stop the service.

Usage: closing.py DIRECTORY
"""

import os
import sys

FLAGS = os.O_WRONLY | os.O_APPEND | os.O_CREAT
LIMIT = 64 * 1024


class Log:
    def __init__(self, path):
        self.path = path
        self.fd = os.open(path, FLAGS, 0o644)

    # ANCHOR: log
    def write(self, line):
        try:
            if os.fstat(self.fd).st_size > LIMIT:
                self.rotate()
            os.write(self.fd, line.encode() + b"\n")
        except OSError:
            pass  # The log must not stop the service.

    def rotate(self):
        os.close(self.fd)
        os.rename(self.path, self.path + ".1")
        self.fd = os.open(self.path, FLAGS, 0o644)
    # ANCHOR_END: log


directory, logs = sys.argv[1], os.path.join(sys.argv[1], "log")
os.makedirs(logs, exist_ok=True)
log = Log(os.path.join(logs, "app.log"))
for number, line in enumerate(sys.stdin, 1):
    log.write(f"order {number} came in: {line.rstrip()}")
    with open(os.path.join(directory, f"order-{number % 10}"), "w") as order:
        order.write(line)
        order.flush()
        log.write(f"order {number} is being stored")
    print(number, flush=True)
