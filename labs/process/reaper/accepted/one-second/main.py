"""Fork and exec by hand, and a wait that wakes once a second: seldom enough to be no polling."""
import ctypes
import os
import signal
import sys

OURS = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1,
        signal.SIGUSR2, signal.SIGCHLD}


def become(command):
    for signum in (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGINT):
        signal.signal(signum, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    try:
        os.execvp(command[0], command)
    except OSError as error:
        os.write(2, f"{command[0]}: {error.strerror}\n".encode())
        os._exit(127 if isinstance(error, FileNotFoundError) else 126)


def main():
    ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER
    signal.pthread_sigmask(signal.SIG_BLOCK, OURS)
    child = os.fork()
    if child == 0:
        become(sys.argv[2:])
    while True:
        info = signal.sigtimedwait(OURS, 1)
        if info is not None and info.si_signo != signal.SIGCHLD:
            os.kill(child, info.si_signo)
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                break
            if pid == child:
                if os.WIFSIGNALED(status):
                    return 128 + os.WTERMSIG(status)
                return os.WEXITSTATUS(status)


if __name__ == "__main__":
    sys.exit(main())
