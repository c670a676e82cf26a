"""fork and exec by hand; waitid leaves the child for RUSAGE_CHILDREN to count.

The interpreter ignores SIGPIPE and SIGXFSZ, and exec keeps that: the child puts both back.
"""
import argparse
import os
import resource
import signal
import struct
import sys


def number(unit):
    def parse(text):
        if not (text.isascii() and text.isdigit()) or len(text) > 19 or int(text) * unit > 2**63:
            raise argparse.ArgumentTypeError(f"not a number, or too large: {text!r}")
        return int(text) * unit

    return parse


parser = argparse.ArgumentParser(prog="limits", allow_abbrev=False)
parser.add_argument("--cpu", type=number(1), dest=str(resource.RLIMIT_CPU))
parser.add_argument("--memory", type=number(1 << 20), dest=str(resource.RLIMIT_AS))
parser.add_argument("--files", type=number(1), dest=str(resource.RLIMIT_NOFILE))
parser.add_argument("--fsize", type=number(1 << 10), dest=str(resource.RLIMIT_FSIZE))

if "--" not in sys.argv or sys.argv[-1] == "--" and sys.argv.index("--") == len(sys.argv) - 1:
    parser.error("no command")
separator = sys.argv.index("--")
limits = vars(parser.parse_args(sys.argv[1:separator]))
command = sys.argv[separator + 1:]

failure = struct.Struct("ii")
report, write = os.pipe()
before = resource.getrusage(resource.RUSAGE_CHILDREN)  # of whoever was this process before an exec
child = os.fork()
if child == 0:
    status = 125
    try:
        for which, value in limits.items():
            if value is not None:
                resource.setrlimit(int(which), (value, value))
        status = 126
        for signo in (signal.SIGPIPE, signal.SIGXFSZ):
            signal.signal(signo, signal.SIG_DFL)
        os.execvp(command[0], command)
    except FileNotFoundError as error:
        os.write(write, failure.pack(127, error.errno))
    except OSError as error:
        os.write(write, failure.pack(status, error.errno))
    except ValueError:  # what setrlimit makes of EPERM and EINVAL
        os.write(write, failure.pack(status, 0))
    finally:
        os._exit(status)
os.close(write)
if why := os.read(report, failure.size):
    os.waitpid(child, 0)
    status, errno = failure.unpack(why)
    print(f"limits: {os.strerror(errno) if errno else 'cannot set the limits'}", file=sys.stderr)
    sys.exit(status)

ended = os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
os.waitpid(child, 0)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
if ended.si_code == os.CLD_EXITED:
    how, status = f"exit {ended.si_status}", ended.si_status
else:
    how, status = f"signal {signal.Signals(ended.si_status).name}", 128 + ended.si_status
cpu = used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime
print(f"{how} cpu={cpu:.3f} maxrss={used.ru_maxrss}", file=sys.stderr)
sys.exit(status)
