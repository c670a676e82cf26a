"""A thread for each FIFO reads it to its end, and then passes on all of it at once."""
import os
import signal
import stat
import sys
import threading

one_at_a_time = threading.Lock()


def pass_on(name):
    with open(name, "rb") as fifo:
        text = fifo.read()
    if text and not text.endswith(b"\n"):
        text += b"\n"
    with one_at_a_time:
        sys.stdout.buffer.write(text)
        sys.stdout.buffer.flush()


def main():
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    for name in sys.argv[1:]:
        if not os.path.exists(name) or not stat.S_ISFIFO(os.stat(name).st_mode):
            sys.exit(f"fan-in: {name}: not a FIFO")
    threads = [threading.Thread(target=pass_on, args=[name]) for name in sys.argv[1:]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
