//! What something cost: time on the clock, and on the processor.
//!
//! See clock_gettime(2).

use std::time::{Duration, Instant};

/// Time, and processor time in the program and in the kernel.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Effort {
    pub(super) wall: Duration,
    pub(super) cpu: Duration,
}

impl Effort {
    /// Measures something; the processor time is what [`clock`](crate::sys::clock) says of
    /// this thread or this process.
    ///
    /// # Errors
    /// Those of the thing itself.
    pub(super) fn of<T>(
        clock: fn() -> Duration,
        work: impl FnOnce() -> anyhow::Result<T>,
    ) -> anyhow::Result<(Self, T)> {
        let (started, before) = (Instant::now(), clock());
        let done = work()?;
        let effort = Self {
            wall: started.elapsed(),
            cpu: clock().saturating_sub(before),
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
