//! Which system calls are refused inside, and why.
//!
//! Calls that namespaces and limits already make harmless are left alone (setuid, socket,
//! personality, chmod): a lesson may be about them, and the kernel's own answer is the best one.
//! Refused is what is not namespaced, what is mostly a way into kernel bugs, and what would blind
//! a tracer.
//!
//! [`refusals`] is data, so that whoever builds the filter of a traced run can put both into one
//! program; [`filter()`] is the program for runs that nobody traces.

use libc::sock_filter;
use syscalls::Sysno;

use crate::sys::filter::{self, ArgTest, Foreign, Refusal};

/// Not there: what a program sees on a kernel that was built without the call, so that libraries
/// fall back to something else.
const ABSENT: &[&str] = &[
    // Its flags are in memory, where a filter cannot look; C libraries fall back to clone.
    "clone3",
    // Memory that a tracer cannot read.
    "memfd_secret",
];

/// Not there either, but for experiments that are about them: what is asked for through a ring is
/// done without a system call that could be observed, or refused by a filter.
///
/// Where it is allowed, what does not rest on the filter holds as before: namespaces, mounts,
/// Landlock, limits, permissions; there is no operation that mounts, traces or makes a namespace.
/// What the filter refuses and a ring can do is to make sockets of the families below
/// (IORING_OP_SOCKET, Linux 5.19), those that no network namespace contains among them.
/// IORING_REGISTER_RESTRICTIONS would forbid it, but only whoever makes a ring can restrict it.
const RINGS: &[&str] = &["io_uring_setup", "io_uring_enter", "io_uring_register"];

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

/// What is refused inside, beside calls of another architecture and of x32; io_uring only where
/// `allows_rings` is false.
///
/// Names that an architecture does not have are passed over.
pub fn refusals(allows_rings: bool) -> Vec<Refusal> {
    let mut refused = Vec::new();
    let mut refuse = |name: &str, when: Option<(u32, u32, u32)>, errno: i32| {
        if let Ok(call) = name.parse::<Sysno>() {
            refused.push(Refusal {
                nr: call.id() as u32,
                when: when.map(|(index, mask, value)| ArgTest { index, mask, value }),
                errno: Some(errno as u16),
            });
        }
    };
    let rings = if allows_rings { &[][..] } else { RINGS };
    ABSENT
        .iter()
        .chain(rings)
        .for_each(|name| refuse(name, None, libc::ENOSYS));
    FORBIDDEN
        .iter()
        .for_each(|name| refuse(name, None, libc::EPERM));
    for flag in CLONE_FLAGS {
        refuse("clone", Some((0, *flag as u32, *flag as u32)), libc::EPERM);
    }
    for request in TERMINAL_REQUESTS {
        refuse("ioctl", Some((1, u32::MAX, *request)), libc::EPERM);
    }
    for family in SOCKET_FAMILIES {
        refuse(
            "socket",
            Some((0, u32::MAX, *family as u32)),
            libc::EAFNOSUPPORT,
        );
    }
    let listener = SECCOMP_FILTER_FLAG_NEW_LISTENER;
    refuse("seccomp", Some((1, listener, listener)), libc::EPERM);
    refused
}

/// The filter that refuses what [`refusals`] lists and stops for nothing else.
pub fn filter(allows_rings: bool) -> Vec<sock_filter> {
    filter::build([], &refusals(allows_rings), Foreign::Kill)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_a_system_call_somewhere() {
        // Those that x86-64 lacks, or that are newer than the table of names.
        const NOT_HERE: &[&str] = &["vm86", "vm86old", "open_tree_attr"];
        for name in ABSENT.iter().chain(RINGS).chain(FORBIDDEN) {
            assert!(
                name.parse::<Sysno>().is_ok()
                    || NOT_HERE.contains(name)
                    || cfg!(not(target_arch = "x86_64")),
                "{name}"
            );
        }
    }

    #[test]
    fn rings_are_refused_unless_they_are_asked_for() {
        let refused = |allows_rings| {
            let refused = refusals(allows_rings);
            let is = |name: &&&str| {
                name.parse::<Sysno>().is_ok_and(|call| {
                    refused
                        .iter()
                        .any(|refusal| refusal.nr == call.id() as u32 && refusal.when.is_none())
                })
            };
            (
                RINGS.iter().filter(is).count(),
                FORBIDDEN.iter().filter(is).count(),
            )
        };
        assert_eq!(refused(false).0, RINGS.len());
        assert_eq!(refused(true), (0, refused(false).1));
    }

    #[test]
    fn the_filter_is_short_enough_for_the_kernel() {
        assert!(filter(false).len() < 4096);
    }
}
