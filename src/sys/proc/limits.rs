//! `/proc/PID/limits`; see proc_pid_limits(5) and getrlimit(2).

/// A resource limit of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// Its name without RLIMIT_: `NOFILE`.
    pub name: &'static str,
    /// What the kernel enforces; `u64::MAX` for none.
    pub soft: u64,
    /// How far the process may raise it; `u64::MAX` for any.
    pub hard: u64,
}

/// The kernel's titles with the names of getrlimit(2), in the kernel's order.
const NAMES: &[(&str, &str)] = &[
    ("Max cpu time", "CPU"),
    ("Max file size", "FSIZE"),
    ("Max data size", "DATA"),
    ("Max stack size", "STACK"),
    ("Max core file size", "CORE"),
    ("Max resident set", "RSS"),
    ("Max processes", "NPROC"),
    ("Max open files", "NOFILE"),
    ("Max locked memory", "MEMLOCK"),
    ("Max address space", "AS"),
    ("Max file locks", "LOCKS"),
    ("Max pending signals", "SIGPENDING"),
    ("Max msgqueue size", "MSGQUEUE"),
    ("Max nice priority", "NICE"),
    ("Max realtime priority", "RTPRIO"),
    ("Max realtime timeout", "RTTIME"),
];

/// Parses the file; lines that are not understood are left out.
pub fn parse_limits(text: &[u8]) -> Vec<Limit> {
    let number = |word: &str| match word {
        "unlimited" => Some(u64::MAX),
        word => word.parse().ok(),
    };
    String::from_utf8_lossy(text)
        .lines()
        .filter_map(|line| {
            let (title, name) = NAMES.iter().find(|(title, _)| line.starts_with(title))?;
            let mut words = line[title.len()..].split_ascii_whitespace();
            Some(Limit {
                name,
                soft: number(words.next()?)?,
                hard: number(words.next()?)?,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_have_the_names_of_the_manual_page() {
        let text =
            b"Limit                     Soft Limit           Hard Limit           Units     \n\
            Max cpu time              unlimited            unlimited            seconds   \n\
            Max open files            1024                 524288               files     \n\
            Max nice priority         0                    0                    \n\
            Max realtime timeout      unlimited            unlimited            us        \n";
        let limit = |name, soft, hard| Limit { name, soft, hard };
        assert_eq!(
            parse_limits(text),
            [
                limit("CPU", u64::MAX, u64::MAX),
                limit("NOFILE", 1024, 524_288),
                limit("NICE", 0, 0),
                limit("RTTIME", u64::MAX, u64::MAX),
            ]
        );
        assert_eq!(parse_limits(b"Max open files  many\n\xff"), []);
    }
}
