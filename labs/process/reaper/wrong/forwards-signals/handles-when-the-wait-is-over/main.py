"""A small init. The mistake: Python's handlers run between bytecodes; a signal that comes just before
waitpid blocks is handled when waitpid has returned."""
import ctypes
import os
import signal
import sys

PASSED_ON = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1,
             signal.SIGUSR2)


def main():
    ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER
    signal.pthread_sigmask(signal.SIG_BLOCK, PASSED_ON)
    try:
        child = os.posix_spawnp(sys.argv[2], sys.argv[2:], os.environ, setsigmask=(),
                                setsigdef=(signal.SIGPIPE, signal.SIGXFSZ))
    except OSError as error:
        print(error, file=sys.stderr)
        return 127 if isinstance(error, FileNotFoundError) else 126
    for signum in PASSED_ON:
        signal.signal(signum, lambda signum, _: os.kill(child, signum))
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    while True:
        pid, status = os.waitpid(-1, 0)
        if pid == child:
            code = os.waitstatus_to_exitcode(status)
            return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main())
