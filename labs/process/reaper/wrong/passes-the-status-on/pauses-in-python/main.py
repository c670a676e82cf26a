"""A small init. The mistake: a handler that comes just before signal.pause does not end it."""
import ctypes
import os
import signal
import sys

PASSED_ON = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1,
             signal.SIGUSR2)


def main():
    ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER
    ended = []

    def reap(*_):
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if pid == child:
                ended.append(os.waitstatus_to_exitcode(status))

    signal.pthread_sigmask(signal.SIG_BLOCK, {*PASSED_ON, signal.SIGCHLD})
    try:
        child = os.posix_spawnp(sys.argv[2], sys.argv[2:], os.environ, setsigmask=(),
                                setsigdef=(signal.SIGPIPE, signal.SIGXFSZ))
    except OSError as error:
        print(error, file=sys.stderr)
        return 127 if isinstance(error, FileNotFoundError) else 126
    for signum in PASSED_ON:
        signal.signal(signum, lambda signum, _: os.kill(child, signum))
    signal.signal(signal.SIGCHLD, reap)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    while not ended:
        signal.pause()
    return ended[0] if ended[0] >= 0 else 128 - ended[0]


if __name__ == "__main__":
    sys.exit(main())
