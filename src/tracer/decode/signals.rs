//! Names of signals and sets of signals.

use crate::model::SigSet;

const NAMES: [&str; 31] = [
    "SIGHUP",
    "SIGINT",
    "SIGQUIT",
    "SIGILL",
    "SIGTRAP",
    "SIGABRT",
    "SIGBUS",
    "SIGFPE",
    "SIGKILL",
    "SIGUSR1",
    "SIGSEGV",
    "SIGUSR2",
    "SIGPIPE",
    "SIGALRM",
    "SIGTERM",
    "SIGSTKFLT",
    "SIGCHLD",
    "SIGCONT",
    "SIGSTOP",
    "SIGTSTP",
    "SIGTTIN",
    "SIGTTOU",
    "SIGURG",
    "SIGXCPU",
    "SIGXFSZ",
    "SIGVTALRM",
    "SIGPROF",
    "SIGWINCH",
    "SIGIO",
    "SIGPWR",
    "SIGSYS",
];

/// The kernel's first real-time signal; see signal(7).
const FIRST_REAL_TIME: i32 = 32;

/// The last signal.
const LAST: i32 = 64;

/// `SIGTERM`, `SIGRTMIN`, `SIGRT_2`; a number that is no signal stays a number.
pub(crate) fn name(signo: i32) -> String {
    match signo {
        1..FIRST_REAL_TIME => NAMES[signo as usize - 1].to_owned(),
        FIRST_REAL_TIME => "SIGRTMIN".to_owned(),
        _ if (FIRST_REAL_TIME..=LAST).contains(&signo) => {
            format!("SIGRT_{}", signo - FIRST_REAL_TIME)
        }
        _ => signo.to_string(),
    }
}

/// A set: `[INT TERM]`; one that holds most signals by what it lacks: `~[KILL STOP]`.
pub(crate) fn set(bits: u64) -> String {
    /// From this many signals on, those that are missing are listed.
    const MANY: u32 = 42;
    let (sign, listed) = if bits.count_ones() >= MANY {
        ("~", !bits)
    } else {
        ("", bits)
    };
    let names: Vec<String> = SigSet(listed)
        .signals()
        .map(|signo| name(signo)["SIG".len()..].to_owned())
        .collect();
    format!("{sign}[{}]", names.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signals_are_named_as_strace_names_them() {
        assert_eq!(name(15), "SIGTERM");
        assert_eq!(name(31), "SIGSYS");
        assert_eq!(name(32), "SIGRTMIN");
        assert_eq!(name(64), "SIGRT_32");
        assert_eq!([name(0), name(-3), name(65)], ["0", "-3", "65"]);
    }

    #[test]
    fn sets_list_the_shorter_side() {
        assert_eq!(set(0), "[]");
        assert_eq!(set(1 << 14 | 1 << 1), "[INT TERM]");
        assert_eq!(set(u64::MAX), "~[]");
        assert_eq!(set(!(1 << 8)), "~[KILL]");
    }
}
