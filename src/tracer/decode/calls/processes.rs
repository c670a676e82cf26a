//! Processes and threads: starting, waiting, limits, identity, scheduling, futexes.

use crate::tracer::decode::flags::{processes as flags, system};
use crate::tracer::decode::sets::{CREDS, DESC, FILE, PROCESS, PURE};
use crate::tracer::decode::structs::{clone, files, processes, signals, time};
use crate::tracer::decode::table::{Kind, Kind::*, Row, Shape, call, chosen, shape};

const WAIT: Kind = Bits(&flags::WAIT);

/// Whether a wait(2) answered with a child: with `WNOHANG`, 0 means that there was none.
fn has_child(raw: i64) -> bool {
    raw > 0
}

/// The arguments of clone(2) in strace's order; the order of the last two depends on the
/// architecture.
const CLONE: &[Kind] = &[
    Value(|moment, _| clone::named("child_stack", moment.args[1])),
    Value(|moment, _| format!("flags={}", clone::flags(moment.args[0]))),
    If(
        |args| clone::has(args, libc::CLONE_PARENT_SETTID | libc::CLONE_PIDFD),
        &PARENT_TID,
    ),
    If(
        |args| clone::has(args, libc::CLONE_SETTLS),
        &Value(|moment, _| clone::named("tls", moment.args[clone::TLS])),
    ),
    If(
        |args| clone::has(args, libc::CLONE_CHILD_SETTID | libc::CLONE_CHILD_CLEARTID),
        &Value(|moment, _| clone::named("child_tidptr", moment.args[clone::CHILD_TID])),
    ),
];
const PARENT_TID: Kind = Both(clone::parent_tid);

pub(crate) const ROWS: &[Row] = &[
    call("fork", PROCESS, &[]),
    call("vfork", PROCESS, &[]),
    call("clone", PROCESS, CLONE),
    call("clone3", PROCESS, &[Both(clone::clone3), Size]),
    call(
        "execve",
        FILE | PROCESS,
        &[Path, In(processes::argv), In(processes::environment)],
    ),
    call(
        "execveat",
        DESC | FILE | PROCESS,
        &[
            DirFd,
            Path,
            In(processes::argv),
            In(processes::environment),
            Bits(&crate::tracer::decode::flags::files::AT),
        ],
    ),
    call("exit", PROCESS, &[Int]),
    call("exit_group", PROCESS, &[Int]),
    call(
        "wait4",
        PROCESS,
        &[
            Int,
            OutIf(has_child, processes::status),
            WAIT,
            OutIf(has_child, processes::rusage),
        ],
    ),
    call(
        "waitid",
        PROCESS,
        &[
            One(&flags::WAITID),
            Int,
            Out(signals::info),
            WAIT,
            Out(processes::rusage),
        ],
    ),
    call("getpid", PURE, &[]),
    call("gettid", PURE, &[]),
    call("getppid", PURE, &[]),
    call("getpgrp", PURE, &[]),
    call("getpgid", 0, &[Int]),
    call("setpgid", 0, &[Int, Int]),
    call("getsid", 0, &[Int]),
    call("setsid", 0, &[]),
    call("set_tid_address", 0, &[Address]),
    call("pidfd_open", DESC, &[Int, Bits(&flags::PIDFD)]).opens(),
    call("pidfd_getfd", DESC, &[Fd, Int, Hex]).opens(),
    call("process_mrelease", DESC, &[Fd, Hex]),
    call("kcmp", 0, &[Int, Int, One(&flags::KCMP), Size, Size]),
    call("unshare", 0, &[Bits(&flags::UNSHARE)]),
    call("setns", DESC, &[Fd, Bits(&flags::UNSHARE)]),
    chosen("prctl", CREDS, prctl),
    chosen("arch_prctl", 0, arch_prctl),
    chosen("futex", 0, futex),
    call(
        "futex_waitv",
        0,
        &[Address, Unsigned, Hex, In(time::timespec), One(&CLOCK)],
    ),
    call("futex_wake", 0, &[Address, Hex, Int, Hex]),
    call(
        "futex_wait",
        0,
        &[Address, Size, Hex, Hex, In(time::timespec), One(&CLOCK)],
    ),
    call("futex_requeue", 0, &[Address, Hex, Int, Int]),
    call("set_robust_list", 0, &[Address, Size]),
    call(
        "get_robust_list",
        0,
        &[Int, Out(files::handle), Out(files::long)],
    ),
    call("rseq", 0, &[Hex, Hex, Hex, Hex]),
    call("membarrier", 0, &[One(&system::MEMBARRIER), Hex]),
    call(
        "getrlimit",
        0,
        &[One(&flags::RLIMIT), Out(processes::rlimit)],
    ),
    call(
        "setrlimit",
        0,
        &[One(&flags::RLIMIT), In(processes::rlimit)],
    ),
    call(
        "prlimit64",
        0,
        &[
            Int,
            One(&flags::RLIMIT),
            In(processes::rlimit),
            Out(processes::rlimit),
        ],
    ),
    call(
        "getrusage",
        0,
        &[One(&flags::RUSAGE), Out(processes::rusage)],
    ),
    call("getpriority", 0, &[One(&flags::PRIO), Int]),
    call("setpriority", 0, &[One(&flags::PRIO), Int, Int]),
    call("ioprio_get", 0, &[One(&system::IOPRIO_WHO), Int]),
    call("ioprio_set", 0, &[One(&system::IOPRIO_WHO), Int, Hex]),
    call("sched_yield", 0, &[]),
    call("sched_setparam", 0, &[Int, In(processes::sched_param)]),
    call("sched_getparam", 0, &[Int, Out(processes::sched_param)]),
    call(
        "sched_setscheduler",
        0,
        &[Int, One(&flags::SCHED), In(processes::sched_param)],
    ),
    call("sched_getscheduler", 0, &[Int]),
    call("sched_get_priority_max", 0, &[One(&flags::SCHED)]),
    call("sched_get_priority_min", 0, &[One(&flags::SCHED)]),
    call("sched_rr_get_interval", 0, &[Int, Out(time::timespec)]),
    call(
        "sched_setaffinity",
        0,
        &[Int, Unsigned, In(processes::cpus::<1>)],
    ),
    call(
        "sched_getaffinity",
        0,
        &[Int, Unsigned, Out(processes::cpus::<1>)],
    ),
    call("sched_setattr", 0, &[Int, Address, Hex]),
    call("sched_getattr", 0, &[Int, Address, Unsigned, Hex]),
    call("getcpu", 0, &[Out(files::int), Out(files::int), Address]),
    call("ptrace", 0, &[One(&flags::PTRACE), Int, Address, Address]),
    call(
        "seccomp",
        0,
        &[
            One(&system::SECCOMP),
            Bits(&system::SECCOMP_FILTER),
            Address,
        ],
    ),
    call("getuid", CREDS | PURE, &[]),
    call("geteuid", CREDS | PURE, &[]),
    call("getgid", CREDS | PURE, &[]),
    call("getegid", CREDS | PURE, &[]),
    call("setuid", CREDS, &[Id]),
    call("setgid", CREDS, &[Id]),
    call("setreuid", CREDS, &[Id, Id]),
    call("setregid", CREDS, &[Id, Id]),
    call("setresuid", CREDS, &[Id, Id, Id]),
    call("setresgid", CREDS, &[Id, Id, Id]),
    call(
        "getresuid",
        CREDS,
        &[Out(files::int), Out(files::int), Out(files::int)],
    ),
    call(
        "getresgid",
        CREDS,
        &[Out(files::int), Out(files::int), Out(files::int)],
    ),
    call("setfsuid", CREDS, &[Id]),
    call("setfsgid", CREDS, &[Id]),
    call("getgroups", CREDS, &[Int, Out(processes::groups)]),
    call("setgroups", CREDS, &[Int, In(processes::groups)]),
    call("capget", CREDS, &[Address, Address]),
    call("capset", CREDS, &[Address, Address]),
    call("personality", 0, &[Hex]),
];

const CLOCK: crate::tracer::decode::flags::Flags = crate::tracer::decode::flags::signals::CLOCK;

const OPTION: Kind = One(&flags::PRCTL);

fn prctl(args: &[u64; 6]) -> Shape {
    shape(match args[0] as i32 {
        libc::PR_SET_PDEATHSIG => &[OPTION, Signal],
        libc::PR_SET_NAME => &[OPTION, Path],
        libc::PR_GET_NAME => &[OPTION, TakenText],
        libc::PR_SET_DUMPABLE => &[OPTION, One(&flags::SUID_DUMP)],
        libc::PR_GET_DUMPABLE
        | libc::PR_GET_KEEPCAPS
        | libc::PR_GET_SECCOMP
        | libc::PR_GET_TIMING
        | libc::PR_GET_TIMERSLACK
        | libc::PR_GET_SECUREBITS => &[OPTION],
        libc::PR_GET_PDEATHSIG | libc::PR_GET_CHILD_SUBREAPER => &[OPTION, Out(files::int)],
        libc::PR_SET_CHILD_SUBREAPER | libc::PR_SET_KEEPCAPS | libc::PR_SET_TIMERSLACK => {
            &[OPTION, Size]
        }
        libc::PR_SET_PTRACER => &[OPTION, Int],
        libc::PR_SET_SECCOMP => &[OPTION, One(&system::SECCOMP_MODE), Address],
        libc::PR_SET_NO_NEW_PRIVS => &[OPTION, Size, Size, Size, Size],
        _ => &[OPTION, Hex, Hex, Hex, Hex],
    })
}

fn arch_prctl(args: &[u64; 6]) -> Shape {
    /// Where a base address is stored.
    const GET_FS: u64 = 0x1003;
    const GET_GS: u64 = 0x1004;
    shape(match args[0] {
        GET_FS | GET_GS => &[One(&flags::ARCH_PRCTL), Out(files::handle)],
        _ => &[One(&flags::ARCH_PRCTL), Address],
    })
}

const OPERATION: Kind = Value(|_, value| flags::futex(u64::from(value as u32)));
const BITSET: Kind = Bits(&flags::FUTEX_BITSET);
const TIMEOUT: Kind = In(time::timespec);

fn futex(args: &[u64; 6]) -> Shape {
    let command = args[1] as i32 & !(libc::FUTEX_PRIVATE_FLAG | libc::FUTEX_CLOCK_REALTIME);
    shape(match command {
        libc::FUTEX_WAIT => &[Address, OPERATION, Unsigned, TIMEOUT],
        libc::FUTEX_WAKE => &[Address, OPERATION, Unsigned],
        libc::FUTEX_WAIT_BITSET => &[Address, OPERATION, Unsigned, TIMEOUT, Skip, BITSET],
        libc::FUTEX_WAKE_BITSET => &[Address, OPERATION, Unsigned, Skip, Skip, BITSET],
        libc::FUTEX_REQUEUE => &[Address, OPERATION, Unsigned, Unsigned, Address],
        libc::FUTEX_CMP_REQUEUE | libc::FUTEX_CMP_REQUEUE_PI => {
            &[Address, OPERATION, Unsigned, Unsigned, Address, Unsigned]
        }
        libc::FUTEX_WAKE_OP => &[Address, OPERATION, Unsigned, Unsigned, Address, Hex],
        libc::FUTEX_LOCK_PI | FUTEX_LOCK_PI2 => &[Address, OPERATION, Skip, TIMEOUT],
        libc::FUTEX_UNLOCK_PI | libc::FUTEX_TRYLOCK_PI => &[Address, OPERATION],
        libc::FUTEX_WAIT_REQUEUE_PI => &[Address, OPERATION, Unsigned, TIMEOUT, Address],
        _ => &[Address, OPERATION, Hex, Hex, Hex, Hex],
    })
}

/// Locks with a timeout on the monotonic clock; see futex(2).
const FUTEX_LOCK_PI2: i32 = 13;
