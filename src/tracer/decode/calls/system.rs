//! Everything else: io_uring, the machine, security modules, and what no kernel has any more.

use crate::tracer::decode::flags::system as flags;
use crate::tracer::decode::sets::{DESC, MEMORY, SIGNAL};
use crate::tracer::decode::structs::{signals, system};
use crate::tracer::decode::table::{Kind, Kind::*, Row, call};

const SYSLOG: Kind = Value(|_, value| match flags::SYSLOG.name(value) {
    Some(name) => format!("{value} /* {name} */"),
    None => value.to_string(),
});

/// Whether a syslog(2) with this action takes a buffer.
fn reads_log(args: &[u64; 6]) -> bool {
    matches!(args[0], 2..=4)
}

pub(crate) const ROWS: &[Row] = &[
    call(
        "io_uring_setup",
        DESC,
        &[Unsigned, In(system::io_uring_params)],
    )
    .opens(),
    call(
        "io_uring_enter",
        DESC | SIGNAL,
        &[
            Fd,
            Unsigned,
            Unsigned,
            Bits(&flags::IO_URING_ENTER),
            In(signals::set),
            Size,
        ],
    ),
    call(
        "io_uring_register",
        DESC | MEMORY,
        &[Fd, One(&flags::IO_URING_REGISTER), Address, Unsigned],
    ),
    call("getrandom", 0, &[Taken(1), Size, Bits(&flags::GETRANDOM)]),
    call("uname", 0, &[Out(system::uname)]),
    call("sysinfo", 0, &[Address]),
    call("sethostname", 0, &[Given(1), Unsigned]),
    call("setdomainname", 0, &[Given(1), Unsigned]),
    call(
        "syslog",
        0,
        &[SYSLOG, If(reads_log, &Address), If(reads_log, &Int)],
    ),
    call("reboot", 0, &[Hex, Hex, Hex, Address]),
    call("userfaultfd", DESC, &[Bits(&flags::USERFAULTFD)]).opens(),
    call(
        "perf_event_open",
        DESC,
        &[Address, Int, Int, Fd, Bits(&flags::PERF)],
    )
    .opens(),
    call("bpf", DESC, &[One(&flags::BPF), Address, Unsigned]),
    call(
        "landlock_create_ruleset",
        DESC,
        &[Address, Size, Bits(&flags::LANDLOCK)],
    )
    .opens(),
    call(
        "landlock_add_rule",
        DESC,
        &[Fd, One(&flags::LANDLOCK_RULE), Address, Hex],
    ),
    call("landlock_restrict_self", DESC, &[Fd, Hex]),
    call("lsm_get_self_attr", 0, &[Hex, Address, Address, Hex]),
    call("lsm_set_self_attr", 0, &[Hex, Address, Size, Hex]),
    call("lsm_list_modules", 0, &[Address, Address, Hex]),
    call("add_key", 0, &[Path, Path, Given(3), Size, Int]),
    call("request_key", 0, &[Path, Path, Path, Int]),
    call("keyctl", 0, &[One(&flags::KEYCTL), Hex, Hex, Hex, Hex]),
    call("init_module", 0, &[Address, Size, Path]),
    call("finit_module", DESC, &[Fd, Path, Hex]),
    call("delete_module", 0, &[Path, Hex]),
    call("create_module", 0, &[Hex, Hex]),
    call("query_module", 0, &[Hex, Hex, Hex, Hex, Hex]),
    call("get_kernel_syms", 0, &[Hex]),
    call("kexec_load", 0, &[Address, Size, Address, Hex]),
    call("kexec_file_load", DESC, &[Fd, Fd, Size, Path, Hex]),
    call("iopl", 0, &[Int]),
    call("ioperm", 0, &[Hex, Hex, Int]),
    call("modify_ldt", 0, &[Int, Address, Size]),
    call("set_thread_area", 0, &[Address]),
    call("get_thread_area", 0, &[Address]),
    call("vhangup", 0, &[]),
    call("_sysctl", 0, &[Address]),
    call("nfsservctl", 0, &[Hex, Hex, Hex]),
    call("epoll_ctl_old", 0, &[Hex, Hex, Hex, Hex]),
    call("epoll_wait_old", 0, &[Hex, Hex, Hex, Hex]),
    call("afs_syscall", 0, &[Hex, Hex, Hex, Hex, Hex]),
    call("tuxcall", 0, &[Hex, Hex, Hex]),
    call("security", 0, &[Hex, Hex, Hex]),
    call("vserver", 0, &[Hex, Hex, Hex, Hex, Hex]),
    call("uretprobe", 0, &[]),
    call("uprobe", 0, &[]),
];
