"""inspector PID: print a line for each descriptor of a process: FD, KIND, MODE, TARGET.

This starter lists the numbers, and takes everything for a file: follow the TODOs.
"""
import os
import sys


def describe(pid, number):
    """Returns kind, mode and target of one descriptor."""
    # TODO: which calls say what a descriptor is, if not every one of them is a file?
    # TODO: and for what it was opened, which is not what the file permits?
    # TODO: "socket:[4711]" is no address. Who knows which socket that is? How often is he asked?
    # TODO: a name is bytes, and not all bytes can stand in a field of a line.
    return "file", "r", os.readlink(f"/proc/{pid}/fd/{number}")


def main():
    # TODO: what if there is no argument, or it is no number, or there is no such process, or it may
    # not be looked at?
    pid = int(sys.argv[1])
    for number in sorted(int(name) for name in os.listdir(f"/proc/{pid}/fd")):
        # TODO: the process goes on meanwhile. What can have become of this descriptor, and of the
        # process?
        kind, mode, target = describe(pid, number)
        print(number, kind, mode, target, sep="\t")


if __name__ == "__main__":
    main()
