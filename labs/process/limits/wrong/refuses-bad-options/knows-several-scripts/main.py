"""The mistake: digits of other scripts count too."""
import os
import re
import resource
import signal
import subprocess
import sys

USAGE, NOT_LIMITED, NOT_EXECUTABLE, NOT_FOUND = 2, 125, 126, 127

OPTIONS = {
    "--cpu": (resource.RLIMIT_CPU, 1),
    "--memory": (resource.RLIMIT_AS, 1024 * 1024),
    "--files": (resource.RLIMIT_NOFILE, 1),
    "--fsize": (resource.RLIMIT_FSIZE, 1024),
}


def fail(status, why):
    print(f"limits: {why}", file=sys.stderr)
    sys.exit(status)


def number(text, unit):
    if not re.fullmatch("[0-9\u0966-\u096f\uff10-\uff19]+", text):
        fail(USAGE, f"not a number: {text!r}")
    if len(text.lstrip("0")) > 19 or int(text) * unit > 2**63:
        fail(USAGE, f"too large: {text}")
    return int(text) * unit


def parse(arguments):
    """Returns the limits, by resource, and the command."""
    limits = {}
    while arguments and arguments[0] != "--":
        option, *arguments = arguments
        if option not in OPTIONS:
            fail(USAGE, f"unknown option: {option}")
        if not arguments:
            fail(USAGE, f"no number after {option}")
        which, unit = OPTIONS[option]
        limits[which] = number(arguments[0], unit)
        arguments = arguments[1:]
    if len(arguments) < 2:
        fail(USAGE, "no command")
    return limits, arguments[1:]


def main():
    limits, command = parse(sys.argv[1:])

    def limit():
        for which, value in limits.items():
            resource.setrlimit(which, (value, value))

    try:
        child = subprocess.Popen(command, preexec_fn=limit, close_fds=False)
    except subprocess.SubprocessError:
        fail(NOT_LIMITED, "cannot set the limits")
    except FileNotFoundError as error:
        fail(NOT_FOUND, error)
    except OSError as error:
        fail(NOT_EXECUTABLE, error)

    _, status, used = os.wait4(child.pid, 0)
    if os.WIFSIGNALED(status):
        signo = os.WTERMSIG(status)
        ended, code = f"signal {signal.Signals(signo).name}", 128 + signo
    else:
        code = os.WEXITSTATUS(status)
        ended = f"exit {code}"
    cpu = used.ru_utime + used.ru_stime
    child.returncode = code  # it has been waited for
    print(f"{ended} cpu={cpu:.3f} maxrss={used.ru_maxrss}", file=sys.stderr)
    sys.exit(code)


if __name__ == "__main__":
    main()
