//! lsof(8) passes `fds/inspector` but for odd names, through a script that puts its fields in order.
//!
//! What the contract had to leave open for it, and what it is not given:
//!
//! - lsof writes what is not printable as `\xff`, `^[` and the like, and a backslash as itself: it
//!   loses `escapes-names`. Names are to be read back, so the contract stands.
//! - lsof exits with 1 for a process without descriptors, and for one that there is not: the script
//!   asks for the process first.
//! - It has `protocol: TCP` for a socket that is neither bound nor connected, and `type=STREAM`
//!   behind what a Unix socket is called: its inode will do.
//! - It takes O_PATH for reading and writing; the flags, which it prints as well, say better.

use super::lost;

/// From lsof's fields to lines.
const SCRIPT: &str = r#"exec python3 - "$@" <<'PYTHON'
import os, re, subprocess, sys

if len(sys.argv) != 2 or not re.fullmatch("[0-9]+", sys.argv[1]):
    sys.exit("usage: run PID")
pid = sys.argv[1]
try:
    os.close(os.open(f"/proc/{pid}/fd", os.O_RDONLY))
except OSError as error:
    is_there = os.path.exists(f"/proc/{pid}/status")
    if is_there and "(zombie)" in open(f"/proc/{pid}/status").read():
        sys.exit(0)
    sys.exit(f"{pid}: {error}")
command = ["lsof", "-nPw", "-a", "-d", "0-99999", "-p", pid, "+fg", "-FfatGdinTP0"]
text = subprocess.run(command, stdout=subprocess.PIPE).stdout
O_PATH = 0o10000000


def line(fields):
    name, kind, protocol = fields.get("n", ""), fields.get("t", ""), fields.get("P", "")
    mode = fields.get("a", " ").strip().replace("u", "rw") or "-"
    if int(fields.get("G", "0").split(";")[0], 16) & O_PATH:
        mode = "-"
    target = name
    if kind == "REG":
        kind = "memfd" if name.startswith("/memfd:") else "file"
    elif kind == "DIR":
        kind = "dir"
    elif kind == "FIFO":
        kind, target = "pipe", fields["i"]
    elif kind in ("CHR", "BLK"):
        kind = "device"
    elif kind in ("IPv4", "IPv6"):
        kind = protocol.lower()
        if fields.get("TST") == "LISTEN":
            target += " LISTEN"
    elif kind == "unix":
        target = fields["i"]
    elif kind == "sock":
        kind = {"TCP": "tcp", "UDP": "udp"}.get(name.removeprefix("protocol: ")[:3], "other")
        target = name if kind == "other" else "-"
    elif kind == "a_inode":
        kind = re.split("[:\\]]", name.strip("["))[0].replace("eventpoll", "epoll")
    else:
        kind = "other"
    return "\t".join([fields["f"], kind, mode, target])


for row in text.decode(errors="surrogateescape").split("\n"):
    fields = {}
    for field in filter(None, row.split("\0")):
        if field.startswith("TST="):
            fields["TST"] = field[4:]
        else:
            fields.setdefault(field[0], field[1:])
    if "f" in fields:
        sys.stdout.buffer.write(line(fields).encode(errors="surrogateescape") + b"\n")
PYTHON"#;

#[test]
fn lsof_loses_odd_names_alone() {
    if let Some(lost) = lost("fds/inspector", "lsof", SCRIPT) {
        assert_eq!(lost, ["escapes-names"]);
    }
}
