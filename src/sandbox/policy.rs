//! Which system calls are refused inside, and why.
//!
//! Calls that namespaces and limits already make harmless are left alone (setuid, socket,
//! personality, chmod): a lesson may be about them, and the kernel's own answer is the best one.
//! Refused is what is not namespaced, what is mostly a way into kernel bugs, and what would blind
//! a tracer.
//!
//! [`deny`] is data, so that whoever builds the filter of a traced run can put both into one
//! program; [`filter`] is the program for runs that nobody traces.

use std::sync::LazyLock;

use libc::{
    BPF_ABS, BPF_ALU, BPF_AND, BPF_JEQ, BPF_JGE, BPF_JMP, BPF_K, BPF_LD, BPF_RET, BPF_W,
    sock_filter,
};
use syscalls::Sysno;

/// What becomes of a refused call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// It fails with this errno.
    Errno(i32),
    /// The process is killed with SIGSYS.
    Kill,
}

/// One refused system call. Of several that fit a call the first one counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deny {
    /// Its name. Names that an architecture does not have are passed over.
    pub name: &'static str,
    /// Refused only if argument `index`, `mask`ed, equals `value`: `(index, mask, value)`.
    ///
    /// Only the lower 32 bits are looked at, as the kernel does for these arguments: what stands
    /// above must not make a difference.
    pub arg_test: Option<(u8, u32, u32)>,
    /// What becomes of it.
    pub action: Action,
}

/// Audit number of this architecture; the filter kills calls of any other.
#[cfg(target_arch = "x86_64")]
pub const ARCHITECTURE: u32 = 0xc000_003e;
/// Audit number of this architecture; the filter kills calls of any other.
#[cfg(target_arch = "aarch64")]
pub const ARCHITECTURE: u32 = 0xc000_00b7;

/// System-call numbers from here on belong to the x32 interface of x86-64; the filter kills
/// them. No other architecture has numbers this large.
pub const X32_BIT: u32 = 0x4000_0000;

/// Not there: what a program sees on a kernel that was built without the call, so that libraries
/// fall back to something else.
const ABSENT: &[&str] = &[
    // The calls in its ring are made without a system call that could be observed.
    "io_uring_setup",
    "io_uring_enter",
    "io_uring_register",
    // Its flags are in memory, where a filter cannot look; C libraries fall back to clone.
    "clone3",
    // Memory that a tracer cannot read.
    "memfd_secret",
];

/// Not permitted.
const FORBIDDEN: &[&str] = &[
    // Namespaces and mounts: a new user namespace opens most of the kernel's bugs.
    "unshare",
    "setns",
    "mount",
    "umount2",
    "pivot_root",
    "chroot",
    "open_tree",
    "open_tree_attr",
    "move_mount",
    "fsopen",
    "fsconfig",
    "fsmount",
    "fspick",
    "mount_setattr",
    "open_by_handle_at",
    "quotactl",
    "quotactl_fd",
    "fanotify_init",
    // A tracer has the program already; a debugger inside would see EPERM anyway.
    "ptrace",
    "pidfd_getfd",
    // A page fault handled by the program stalls who reads its memory: the tracer.
    "userfaultfd",
    // Keys are not namespaced.
    "add_key",
    "request_key",
    "keyctl",
    // Much kernel for few programs.
    "bpf",
    "perf_event_open",
    "modify_ldt",
    "uselib",
    "vm86",
    "vm86old",
    // The machine itself.
    "init_module",
    "finit_module",
    "delete_module",
    "create_module",
    "kexec_load",
    "kexec_file_load",
    "reboot",
    "swapon",
    "swapoff",
    "acct",
    "syslog",
    "vhangup",
    "sethostname",
    "setdomainname",
    "settimeofday",
    "clock_settime",
    "clock_adjtime",
    "adjtimex",
    "iopl",
    "ioperm",
    "lookup_dcookie",
    "nfsservctl",
];

/// Flags of clone(2) that are refused: new namespaces, and a child that a tracer does not get.
const CLONE_FLAGS: &[i32] = &[
    libc::CLONE_NEWUSER,
    libc::CLONE_NEWPID,
    libc::CLONE_NEWNS,
    libc::CLONE_NEWNET,
    libc::CLONE_NEWIPC,
    libc::CLONE_NEWUTS,
    libc::CLONE_NEWCGROUP,
    libc::CLONE_UNTRACED,
];

/// Requests of ioctl(2) that put characters into a terminal's input, or select its text.
const TERMINAL_REQUESTS: &[u32] = &[
    0x5412, // TIOCSTI
    0x541c, // TIOCLINUX
];

/// Socket families that no network namespace contains, or that load rarely used kernel modules.
const SOCKET_FAMILIES: &[i32] = &[
    libc::AF_VSOCK,
    libc::AF_ALG,
    libc::AF_BLUETOOTH,
    libc::AF_TIPC,
    libc::AF_RDS,
    libc::AF_CAN,
    libc::AF_NFC,
    libc::AF_PHONET,
    libc::AF_IEEE802154,
    libc::AF_CAIF,
    libc::AF_X25,
    libc::AF_AX25,
    libc::AF_IPX,
    libc::AF_APPLETALK,
    libc::AF_ROSE,
    libc::AF_NETROM,
    libc::AF_DECnet,
    libc::AF_LLC,
    // AF_KCM, AF_QIPCRTR, AF_SMC, AF_XDP.
    41,
    42,
    43,
    44,
];

/// A listener answers for calls that it is told of, and with SECCOMP_USER_NOTIF_FLAG_CONTINUE
/// they are made without a stop for a tracer; see seccomp_unotify(2).
const SECCOMP_FILTER_FLAG_NEW_LISTENER: u32 = 1 << 3;

static DENY: LazyLock<Vec<Deny>> = LazyLock::new(|| {
    let always = |errno| {
        move |name: &&'static str| Deny {
            name,
            arg_test: None,
            action: Action::Errno(errno),
        }
    };
    let mut denied: Vec<Deny> = Vec::new();
    denied.extend(ABSENT.iter().map(always(libc::ENOSYS)));
    denied.extend(FORBIDDEN.iter().map(always(libc::EPERM)));
    let mut when = |name, index, mask, value, errno| {
        denied.push(Deny {
            name,
            arg_test: Some((index, mask, value)),
            action: Action::Errno(errno),
        });
    };
    for flag in CLONE_FLAGS {
        when("clone", 0, *flag as u32, *flag as u32, libc::EPERM);
    }
    for request in TERMINAL_REQUESTS {
        when("ioctl", 1, u32::MAX, *request, libc::EPERM);
    }
    for family in SOCKET_FAMILIES {
        when("socket", 0, u32::MAX, *family as u32, libc::EAFNOSUPPORT);
    }
    let listener = SECCOMP_FILTER_FLAG_NEW_LISTENER;
    when("seccomp", 1, listener, listener, libc::EPERM);
    denied
});

/// What is refused inside, beside calls of another architecture and of x32, which kill.
pub fn deny() -> &'static [Deny] {
    &DENY
}

/// Offsets in `struct seccomp_data`; see seccomp(2).
const OFFSET_NUMBER: u32 = 0;
const OFFSET_ARCHITECTURE: u32 = 4;
const OFFSET_ARGUMENTS: u32 = 16;

/// The filter that refuses what [`deny`] lists and stops for nothing else.
pub fn filter() -> Vec<sock_filter> {
    let kill = libc::SECCOMP_RET_KILL_PROCESS;
    let mut program = vec![
        load(OFFSET_ARCHITECTURE),
        jump(BPF_JEQ, ARCHITECTURE, 1, 0),
        answer(kill),
        load(OFFSET_NUMBER),
        jump(BPF_JGE, X32_BIT, 0, 1),
        answer(kill),
    ];
    for denied in deny() {
        let Ok(number) = denied.name.parse::<Sysno>() else {
            continue;
        };
        let verdict = answer(match denied.action {
            Action::Errno(errno) => libc::SECCOMP_RET_ERRNO | errno as u32,
            Action::Kill => kill,
        });
        let number = number.id() as u32;
        match denied.arg_test {
            None => program.extend([jump(BPF_JEQ, number, 0, 1), verdict]),
            Some((index, mask, value)) => program.extend([
                jump(BPF_JEQ, number, 0, 5),
                // Little-endian: the lower half comes first.
                load(OFFSET_ARGUMENTS + 8 * u32::from(index)),
                statement(BPF_ALU | BPF_AND | BPF_K, mask),
                jump(BPF_JEQ, value, 0, 1),
                verdict,
                load(OFFSET_NUMBER),
            ]),
        }
    }
    program.push(answer(libc::SECCOMP_RET_ALLOW));
    program
}

fn statement(code: u32, k: u32) -> sock_filter {
    sock_filter {
        code: code as u16,
        jt: 0,
        jf: 0,
        k,
    }
}

fn load(offset: u32) -> sock_filter {
    statement(BPF_LD | BPF_W | BPF_ABS, offset)
}

fn answer(verdict: u32) -> sock_filter {
    statement(BPF_RET | BPF_K, verdict)
}

/// Compares with `k` and skips so many instructions if it holds, and if not.
fn jump(test: u32, k: u32, jt: u8, jf: u8) -> sock_filter {
    sock_filter {
        jt,
        jf,
        ..statement(BPF_JMP | test | BPF_K, k)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_a_system_call_somewhere() {
        // Those that x86-64 lacks, or that are newer than the table of names.
        const NOT_HERE: &[&str] = &["vm86", "vm86old", "open_tree_attr"];
        for denied in deny() {
            assert!(
                denied.name.parse::<Sysno>().is_ok()
                    || NOT_HERE.contains(&denied.name)
                    || cfg!(not(target_arch = "x86_64")),
                "{}",
                denied.name
            );
        }
    }

    #[test]
    fn the_filter_is_short_enough_for_the_kernel() {
        assert!(filter().len() < 4096);
    }
}
