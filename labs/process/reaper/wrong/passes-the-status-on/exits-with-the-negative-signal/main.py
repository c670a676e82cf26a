"""A small init. The mistake: what Python makes of a signal, -15, becomes 241."""
import ctypes
import os
import signal
import sys

PR_SET_CHILD_SUBREAPER = 36  # <sys/prctl.h>; Python has no name for it
PASSED_ON = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1,
             signal.SIGUSR2}
IGNORED_BY_PYTHON = (signal.SIGPIPE, signal.SIGXFSZ)


def adopt_orphans():
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")


def reap(child):
    """Reaps whoever has ended; returns the wait status of `child` if it was among them."""
    found = None
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return found
        if pid == 0:
            return found
        if pid == child:
            found = status


def supervise(command):
    adopt_orphans()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # had it been ignored, nothing could be waited for
    ours = PASSED_ON | {signal.SIGCHLD}
    signal.pthread_sigmask(signal.SIG_BLOCK, ours)
    try:
        child = os.posix_spawnp(command[0], command, os.environ, setsigmask=(),
                                setsigdef=IGNORED_BY_PYTHON)
    except OSError as error:
        print(f"reaper: {command[0]}: {error.strerror}", file=sys.stderr)
        return 127 if isinstance(error, FileNotFoundError) else 126
    while True:
        signum = signal.sigwait(ours)
        if signum != signal.SIGCHLD:
            os.kill(child, signum)
            continue
        status = reap(child)
        if status is not None:
            code = os.waitstatus_to_exitcode(status)
            return code


def main():
    if len(sys.argv) < 3 or sys.argv[1] != "--":
        print("usage: reaper -- CMD [ARG...]", file=sys.stderr)
        return 2
    return supervise(sys.argv[2:])


if __name__ == "__main__":
    sys.exit(main())
