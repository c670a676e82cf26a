"""durable-log LOGFILE: append records to a file, and acknowledge each one that would survive.

This starter copies records and counts them. It promises what it cannot keep: follow the TODOs.
"""
import os
import sys


def open_log(path):
    """Returns a descriptor that appends to the log."""
    # TODO: an earlier run may have died in the middle of a record. Cut that off first.
    # TODO: the file may be new. Is its name on the disk already?
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)


def commit(log, record):
    """Appends one record, with its newline."""
    # TODO: how many bytes did write take? And what is in the log after it failed?
    os.write(log, record)
    # TODO: where are these bytes now, and who has to die for them to be lost?


def acknowledge(number):
    """Promises that the record will survive."""
    # TODO: nobody may be reading. How does SIGTERM get us out of here?
    os.write(1, b"ok %d\n" % number)


def main():
    # TODO: SIGTERM and SIGINT end this program in the middle of anything.
    # They should end it between two records, with status 0, within a second.
    log = open_log(sys.argv[1])
    count = 0
    held = b""
    # TODO: a signal may arrive just before this read. What wakes the program up then?
    while chunk := os.read(0, 65536):
        held += chunk
        *records, held = held.split(b"\n")
        for record in records:
            commit(log, record + b"\n")
            count += 1
            acknowledge(count)
    # TODO: when something fails: a message on stderr, no acknowledgement, exit status 1.
    # A traceback gives you that; does it leave the log as it should be?


if __name__ == "__main__":
    main()
