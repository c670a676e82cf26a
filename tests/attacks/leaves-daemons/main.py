"""Does its work, and leaves processes behind that nothing ends: they would meet the next student."""
import os
import signal
import sys

total = 0
for line in sys.stdin:
    total += int(line) if line.strip().isdigit() else 0
if os.fork() == 0:
    os.setsid()
    for number in set(signal.valid_signals()) - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_IGN)
    if os.fork() == 0:
        os.closerange(0, 3)
        os.execv("/bin/sh", ["@MARK@", "-c", "while :; do sleep 1000; done"])
    os._exit(0)
if len(sys.argv) > 1:
    with open(sys.argv[1], "w") as file:
        file.write(f"{total}\n")
else:
    print(total)
