"""reaper -- CMD [ARG...]: run CMD as an init would.

This starter runs CMD and waits for it. It promises what it cannot keep: follow the TODOs.
"""
import os
import sys


def become(command):
    """Becomes CMD."""
    # TODO: what does CMD inherit from us besides its descriptors? And what from the interpreter?
    os.execvp(command[0], command)
    # TODO: it could not be executed: an exception comes. Why? And who will ever know?


def wait_for(child):
    """Waits until CMD has ended; returns the status to exit with."""
    # TODO: a signal may come now, and it is meant for CMD. So may one that comes just before this
    # call, or before there is a CMD.
    # TODO: children may end that you never started.
    _, status = os.waitpid(child, 0)
    # TODO: what is in a wait status?
    return status


def main():
    if len(sys.argv) < 3 or sys.argv[1] != "--":
        print("usage: reaper -- CMD [ARG...]", file=sys.stderr)
        return 2
    # TODO: whose children do the orphans below CMD become?
    child = os.fork()
    if child == 0:
        become(sys.argv[2:])
    return wait_for(child)


if __name__ == "__main__":
    sys.exit(main())
