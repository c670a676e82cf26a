"""A thread for each FIFO opens it, and looks then what it is: the others read meanwhile."""
import os
import signal
import stat
import sys
import threading

one_at_a_time = threading.Lock()


def pass_on(name):
    try:
        fifo = open(name, "rb")
    except OSError as error:
        print(error, file=sys.stderr, flush=True)
        os._exit(1)
    with fifo:
        if not stat.S_ISFIFO(os.fstat(fifo.fileno()).st_mode):
            print(name, "is not a FIFO", file=sys.stderr, flush=True)
            os._exit(1)
        for line in fifo:
            with one_at_a_time:
                sys.stdout.buffer.write(line if line.endswith(b"\n") else line + b"\n")
                sys.stdout.buffer.flush()


def main():
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    threads = [threading.Thread(target=pass_on, args=[name]) for name in sys.argv[1:]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
