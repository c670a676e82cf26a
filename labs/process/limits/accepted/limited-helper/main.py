"""A helper limits itself and starts the command, which inherits; the helper waits and tells.

The command's parent has the same limits as the command, and needs little. The program has none.
"""
import json
import os
import resource
import signal
import subprocess
import sys

OPTIONS = {
    "--cpu": ("RLIMIT_CPU", 1),
    "--memory": ("RLIMIT_AS", 1 << 20),
    "--files": ("RLIMIT_NOFILE", 1),
    "--fsize": ("RLIMIT_FSIZE", 1 << 10),
}
DIGITS = set("0123456789")


def leave(status, why):
    print("limits:", why, file=sys.stderr)
    sys.exit(status)


def number(text, unit):
    if not text or set(text) - DIGITS:
        leave(2, f"not a number: {text!r}")
    value = 0
    for digit in text:
        value = value * 10 + ord(digit) - ord("0")
        if value * unit > 1 << 63:
            leave(2, f"too large: {text}")
    return value * unit


def parse(args):
    limits = {}
    args = iter(args)
    for arg in args:
        if arg == "--":
            return limits, list(args)
        if arg not in OPTIONS:
            leave(2, f"unknown option: {arg}")
        which, unit = OPTIONS[arg]
        value = next(args, None)
        if value is None:
            leave(2, f"no number after {arg}")
        limits[which] = number(value, unit)
    return limits, []


def help_with(limits, command):
    """Returns a status to exit with and a message, or an end and what was used."""
    try:
        for which, value in limits.items():
            resource.setrlimit(getattr(resource, which), (value, value))
    except (ValueError, OSError) as error:
        return {"status": 125, "why": str(error)}
    try:
        child = subprocess.Popen(command)
    except FileNotFoundError as error:
        return {"status": 127, "why": str(error)}
    except OSError as error:
        return {"status": 126, "why": str(error)}
    _, status, used = os.wait4(child.pid, 0)
    code = os.waitstatus_to_exitcode(status)
    return {"code": code, "cpu": used.ru_utime + used.ru_stime, "maxrss": used.ru_maxrss}


def main():
    limits, command = parse(sys.argv[1:])
    if not command:
        leave(2, "no command")
    told, tells = os.pipe()
    helper = os.fork()
    if helper == 0:
        os.write(tells, json.dumps(help_with(limits, command)).encode())
        os._exit(0)
    os.close(tells)
    with open(told) as pipe:
        end = json.loads(pipe.read() or '{"status": 125, "why": "the helper died"}')
    os.waitpid(helper, 0)
    if "why" in end:
        leave(end["status"], end["why"])
    code = end["code"]
    how = f"exit {code}" if code >= 0 else f"signal {signal.Signals(-code).name}"
    print(f"{how} cpu={end['cpu']:.3f} maxrss={end['maxrss']}", file=sys.stderr)
    sys.exit(code if code >= 0 else 128 - code)


if __name__ == "__main__":
    main()
