"""A thread for each FIFO waits in open and in read; one lock for standard output."""
import os
import sys
import stat
import threading

one_at_a_time = threading.Lock()


def pass_on(name):
    with open(name, "rb") as fifo:
        for line in fifo:
            with one_at_a_time:
                try:
                    sys.stdout.buffer.write(line.removesuffix(b"\n") + b"\n")
                    sys.stdout.buffer.flush()
                except BrokenPipeError:
                    os._exit(1)


def main():
    for name in sys.argv[1:]:
        if not os.path.exists(name) or not stat.S_ISFIFO(os.stat(name).st_mode):
            sys.exit(f"{name} is not a FIFO")
    threads = [threading.Thread(target=pass_on, args=[name]) for name in sys.argv[1:]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
