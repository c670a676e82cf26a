//! What something cost: time on the clock, and on the processor.

use std::time::{Duration, Instant};

use nix::sys::resource::{Usage, UsageWho, getrusage};
use nix::sys::time::TimeVal;

/// Time, and processor time in the program and in the kernel.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Effort {
    pub(super) wall: Duration,
    pub(super) cpu: Duration,
}

impl Effort {
    /// Measures something; the processor time is that of `who`.
    ///
    /// # Errors
    /// Those of the thing itself, and of getrusage(2).
    pub(super) fn of<T>(
        who: UsageWho,
        work: impl FnOnce() -> anyhow::Result<T>,
    ) -> anyhow::Result<(Self, T)> {
        let (started, before) = (Instant::now(), getrusage(who)?);
        let done = work()?;
        let effort = Self {
            wall: started.elapsed(),
            cpu: used(&getrusage(who)?).saturating_sub(used(&before)),
        };
        Ok((effort, done))
    }

    /// As a player says it.
    pub(super) fn said(self) -> String {
        format!("{} {}", self.wall.as_nanos(), self.cpu.as_nanos())
    }

    /// What a player has said.
    pub(super) fn heard(words: &str) -> Option<Self> {
        let (wall, cpu) = words.split_once(' ')?;
        let time = |digits: &str| Some(Duration::from_nanos(digits.parse().ok()?));
        Some(Self {
            wall: time(wall)?,
            cpu: time(cpu)?,
        })
    }
}

fn used(usage: &Usage) -> Duration {
    let time = |value: TimeVal| {
        Duration::from_secs(value.tv_sec().unsigned_abs())
            + Duration::from_micros(value.tv_usec().unsigned_abs())
    };
    time(usage.user_time()) + time(usage.system_time())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_is_heard() {
        let effort = Effort {
            wall: Duration::from_nanos(1_234_567),
            cpu: Duration::from_micros(89),
        };
        assert_eq!(Effort::heard(&effort.said()), Some(effort));
        assert_eq!(Effort::heard("no effort"), None);
    }
}
