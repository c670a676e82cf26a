"""The subprocess module and the selectors module: the wakeup descriptor tells of signals."""
import ctypes
import os
import selectors
import signal
import subprocess
import sys

PASSED_ON = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1,
             signal.SIGUSR2)
ALL = (*PASSED_ON, signal.SIGCHLD)


def prepare():
    """In the child: no handler, and then nothing blocked."""
    for signum in ALL:
        signal.signal(signum, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


def main():
    ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER
    wake, poke = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.pthread_sigmask(signal.SIG_BLOCK, ALL)
    signal.set_wakeup_fd(poke, warn_on_full_buffer=False)
    for signum in ALL:
        signal.signal(signum, lambda *_: None)
    try:
        child = subprocess.Popen(sys.argv[2:], preexec_fn=prepare)
    except OSError as error:
        print(error, file=sys.stderr)
        return 127 if isinstance(error, FileNotFoundError) else 126
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ALL)
    with selectors.DefaultSelector() as selector:
        selector.register(wake, selectors.EVENT_READ)
        while True:
            selector.select()
            try:
                signums = os.read(wake, 4096)
            except BlockingIOError:
                continue
            for signum in signums:
                if signum != signal.SIGCHLD:
                    os.kill(child.pid, signum)
            while True:
                try:
                    pid, status = os.waitpid(-1, os.WNOHANG)
                except ChildProcessError:
                    return 125
                if pid == 0:
                    break
                if pid == child.pid:
                    child.returncode = code = os.waitstatus_to_exitcode(status)
                    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main())
