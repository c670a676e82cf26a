"""Takes orders, a line each, and logs what it does. Usage: app.py DIRECTORY [LIMIT]"""

import os
import sys

FLAGS = os.O_WRONLY | os.O_APPEND | os.O_CREAT
LIMIT = int(sys.argv[2]) if len(sys.argv) > 2 else 64 * 1024


class Log:
    def __init__(self, path):
        self.path = path
        self.fd = os.open(path, FLAGS, 0o644)

    # ANCHOR: log
    def write(self, line):
        if os.fstat(self.fd).st_size > LIMIT:
            self.rotate()
        os.write(self.fd, line.encode() + b"\n")

    def rotate(self):
        os.rename(self.path, self.path + ".1")
        self.fd = os.open(self.path, FLAGS, 0o644)
    # ANCHOR_END: log


directory = sys.argv[1]
os.makedirs(directory, exist_ok=True)
log = Log(os.path.join(directory, "app.log"))
for number, line in enumerate(sys.stdin, 1):
    log.write(f"order {number} came in: {line.rstrip()}")
    with open(os.path.join(directory, f"order-{number % 10}"), "w") as order:
        order.write(line)
        log.write(f"order {number} is being stored")
    print(number, flush=True)
