"""limits [--cpu S] [--memory MIB] [--files N] [--fsize KIB] -- CMD [ARG...]: run CMD within limits,
and say what ended it.

This starter sets the limits and runs CMD. It says what it does not know: follow the TODOs.
"""
import os
import resource
import sys

OPTIONS = {
    "--cpu": (resource.RLIMIT_CPU, 1),
    "--memory": (resource.RLIMIT_AS, 1024 * 1024),
    "--files": (resource.RLIMIT_NOFILE, 1),
    "--fsize": (resource.RLIMIT_FSIZE, 1024),
}


def parse(arguments):
    """Returns the limits, by resource, and the command."""
    limits = {}
    # TODO: what if "--", CMD or the number of an option is missing, or an option is unknown?
    while arguments and arguments[0] != "--":
        which, unit = OPTIONS[arguments[0]]
        # TODO: what does int make of "+1", " 1", "1_000", and of digits that are not 0 to 9?
        limits[which] = int(arguments[1]) * unit
        arguments = arguments[2:]
    return limits, arguments[1:]


def main():
    limits, command = parse(sys.argv[1:])

    # TODO: whose limits are these from now on?
    for which, value in limits.items():
        resource.setrlimit(which, (value, value))  # TODO: and if it says no?

    child = os.fork()
    if child == 0:
        # TODO: which signals does the interpreter ignore, and what does exec keep of that?
        try:
            os.execvp(command[0], command)
        except OSError as error:
            # TODO: not found is 127, not executable is 126. How does the parent get to know, and
            # how does it tell that from a CMD that exits with 127 itself?
            print(error, file=sys.stderr)
            os._exit(127)

    _, status = os.waitpid(child, 0)
    # TODO: a status has two kinds of ends in it. Which one is this?
    # TODO: cpu and maxrss. Who has counted them, and for which process?
    print(f"exit {status} cpu={0:.3f} maxrss={0}", file=sys.stderr)
    sys.exit(status)


if __name__ == "__main__":
    main()
