//! `/proc/PID/stat`; see proc_pid_stat(5).

use std::io;

use super::malformed;

/// What a task is doing, from the third field of its `stat`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum State {
    /// Running, or waiting for a processor.
    Running,
    /// Waiting for something, and a signal would wake it.
    Sleeping,
    /// Waiting for a disk or the like; signals wait too.
    DiskSleep,
    /// Stopped by a signal.
    Stopped,
    /// Stopped by its tracer.
    Traced,
    /// Ended, and not waited for.
    Zombie,
    /// On its way out.
    Dead,
    /// Something else: idle, parked.
    #[default]
    Other,
}

impl State {
    /// The state that the kernel writes as this letter.
    pub fn of(letter: u8) -> Self {
        match letter {
            b'R' => Self::Running,
            b'S' => Self::Sleeping,
            b'D' => Self::DiskSleep,
            b'T' => Self::Stopped,
            b't' => Self::Traced,
            b'Z' => Self::Zombie,
            b'X' | b'x' => Self::Dead,
            _ => Self::Other,
        }
    }
}

/// The fields of `stat` that are of use here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stat {
    /// The task's id.
    pub pid: i32,
    /// The task's name, at most 15 bytes, of its own choosing.
    pub name: Vec<u8>,
    /// What it is doing.
    pub state: State,
    /// Its parent.
    pub parent: i32,
    /// Its process group.
    pub group: i32,
    /// Its session.
    pub session: i32,
    /// The foreground process group of its controlling terminal; -1 if it has none.
    pub foreground: i32,
    /// Page faults that were served without reading from a disk.
    pub minor_faults: u64,
    /// Whether it is a thread of the kernel's own.
    pub is_kernel_thread: bool,
    /// Processor time in user mode, clock ticks.
    pub user_ticks: u64,
    /// Processor time in the kernel, clock ticks.
    pub system_ticks: u64,
    /// Threads of its process.
    pub threads: u64,
    /// When it started, clock ticks since boot: with the pid it names a process for ever.
    pub started: u64,
    /// How it ended, as wait(2) tells it; 0 as long as it has not, or where we may not know.
    pub exit_status: i32,
}

impl Stat {
    /// Processor time, clock ticks ([`super::ticks_per_second`]).
    pub fn ticks(&self) -> u64 {
        self.user_ticks + self.system_ticks
    }

    /// Parses the file.
    ///
    /// # Errors
    /// [`io::ErrorKind::InvalidData`] if it does not look as the manual page says.
    pub fn parse(stat: &[u8]) -> io::Result<Self> {
        // PF_KTHREAD of include/linux/sched.h.
        const KERNEL_THREAD: i64 = 0x0020_0000;
        // The name stands in parentheses and may hold blanks and parentheses itself.
        let open = stat.iter().position(|byte| *byte == b'(');
        let close = stat.iter().rposition(|byte| *byte == b')');
        let (Some(open), Some(close)) = (open, close) else {
            return Err(malformed());
        };
        let pid = std::str::from_utf8(&stat[..open]).map_err(|_| malformed())?;
        let name = stat.get(open + 1..close).ok_or_else(malformed)?.to_vec();
        let rest = std::str::from_utf8(&stat[close + 1..]).map_err(|_| malformed())?;
        // Numbered as in the manual page, where the state is field 3.
        let fields: Vec<&str> = rest.split_ascii_whitespace().collect();
        let number = |index: usize| -> io::Result<i64> {
            fields
                .get(index - 3)
                .and_then(|word| word.parse().ok())
                .ok_or_else(malformed)
        };
        let state = fields.first().and_then(|word| word.bytes().next());
        Ok(Self {
            pid: pid.trim().parse().map_err(|_| malformed())?,
            name,
            state: State::of(state.ok_or_else(malformed)?),
            parent: number(4)? as i32,
            group: number(5)? as i32,
            session: number(6)? as i32,
            foreground: number(8)? as i32,
            minor_faults: number(10)? as u64,
            is_kernel_thread: number(9)? & KERNEL_THREAD != 0,
            user_ticks: number(14)? as u64,
            system_ticks: number(15)? as u64,
            threads: number(20)? as u64,
            started: number(22)? as u64,
            // Since Linux 3.5; the fields between may not fit into 63 bits, and are not looked at.
            exit_status: number(52).unwrap_or(0) as i32,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_may_hold_anything() {
        let stat = b"12 (a) R (b)) Z 1 2 3 0 -1 4228108 56 0 0 0 7 8 0 0 20 0 1 0 5149 0 0 1";
        let stat = Stat::parse(stat).unwrap();
        assert_eq!(stat.name, b"a) R (b)");
        assert_eq!(stat.state, State::Zombie);
        assert_eq!((stat.parent, stat.group, stat.session), (1, 2, 3));
        assert_eq!((stat.ticks(), stat.threads, stat.started), (15, 1, 5149));
        assert_eq!((stat.foreground, stat.minor_faults), (-1, 56));
        assert!(!stat.is_kernel_thread);
        assert!(Stat::parse(b"12 (cat").is_err());
        assert!(Stat::parse(b")(").is_err());
    }

    #[test]
    fn an_end_and_a_kernel_thread_are_told() {
        let stat = b"2 (kthreadd) S 0 0 0 0 -1 2129984 0 0 0 0 0 0 0 0 20 0 1 0 26 0 0 \
            18446744073709551615 0 0 0 0 0 0 0 2147483647 0 1 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 768";
        let stat = Stat::parse(stat).unwrap();
        assert!(stat.is_kernel_thread);
        assert_eq!(stat.exit_status, 768);
    }
}
