//! `/proc/PID/smaps_rollup`; see proc_pid_smaps(5).

use std::io;

use super::malformed;

/// What of a process' resident memory is its own, and what it shares; KiB.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shares {
    /// Resident memory.
    pub rss: u64,
    /// The same, each page divided by the number of processes that have it.
    pub pss: u64,
    /// The part of it that is of no file; `None` before Linux 5.4.
    pub pss_anon: Option<u64>,
    /// Pages that were written to, and that other processes have too.
    pub shared_dirty: u64,
    /// Pages that were written to, and that no other process has.
    pub private_dirty: u64,
}

impl Shares {
    /// Parses the file.
    ///
    /// # Errors
    /// [`io::ErrorKind::InvalidData`] if it does not look as the manual page says.
    pub fn parse(rollup: &[u8]) -> io::Result<Self> {
        let text = String::from_utf8_lossy(rollup);
        let kib = |name: &str| {
            text.lines()
                .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))
                .and_then(|value| value.trim_end_matches("kB").trim().parse::<u64>().ok())
                .ok_or_else(malformed)
        };
        Ok(Self {
            rss: kib("Rss")?,
            pss: kib("Pss")?,
            pss_anon: kib("Pss_Anon").ok(),
            shared_dirty: kib("Shared_Dirty")?,
            private_dirty: kib("Private_Dirty")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_go_by_their_whole_names() {
        let rollup = b"00400000-7ffd0000 ---p 00000000 00:00 0   [rollup]\n\
            Rss:                 100 kB\nPss_Dirty:  9 kB\nPss:      60 kB\nPss_Anon: 55 kB\n\
            Shared_Clean:  30 kB\nShared_Dirty: 20 kB\nPrivate_Clean: 10 kB\n\
            Private_Dirty: 40 kB\n";
        let shares = Shares {
            rss: 100,
            pss: 60,
            pss_anon: Some(55),
            shared_dirty: 20,
            private_dirty: 40,
        };
        assert_eq!(Shares::parse(rollup).unwrap(), shares);
        assert!(Shares::parse(b"Rss: 1 kB\n").is_err());
    }
}
