//! What a server has done, counted.

use std::sync::atomic::{AtomicU64, Ordering};

/// What a server, or one of its loops, has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Connections accepted.
    pub accepted: u64,
    /// Connections ended, by whichever side.
    pub closed: u64,
    /// Connections lost to an error, such as a reset.
    pub failed: u64,
    /// Requests answered; of echo, pieces that came and went back.
    pub requests: u64,
    /// Bytes received.
    pub received: u64,
    /// Bytes sent.
    pub sent: u64,
    /// System calls made to serve: waiting, accepting, receiving, sending, closing.
    pub calls: u64,
    /// Times that no connection could be accepted for want of descriptors or memory.
    pub exhausted: u64,
}

impl Counts {
    /// Connections open.
    pub fn open(&self) -> u64 {
        self.accepted.saturating_sub(self.closed)
    }

    /// System calls for each request; `None` before the first.
    pub fn calls_per_request(&self) -> Option<f64> {
        (self.requests > 0).then(|| self.calls as f64 / self.requests as f64)
    }

    fn fields(&mut self) -> [&mut u64; FIELDS] {
        [
            &mut self.accepted,
            &mut self.closed,
            &mut self.failed,
            &mut self.requests,
            &mut self.received,
            &mut self.sent,
            &mut self.calls,
            &mut self.exhausted,
        ]
    }
}

/// How many figures there are.
const FIELDS: usize = 8;

/// The counts of all threads of a server, together.
///
/// A thread counts for itself and adds that here once a turn: a locked instruction for each event
/// would cost more than some of the events.
#[derive(Debug, Default)]
pub(super) struct Tally([AtomicU64; FIELDS]);

impl Tally {
    /// Adds what a thread has counted, and lets it begin at 0 again.
    pub(super) fn take(&self, counts: &mut Counts) {
        for (total, part) in self.0.iter().zip(counts.fields()) {
            if *part > 0 {
                total.fetch_add(*part, Ordering::Relaxed);
                *part = 0;
            }
        }
    }

    /// What there is so far.
    pub(super) fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for (field, total) in counts.fields().into_iter().zip(&self.0) {
            *field = total.load(Ordering::Relaxed);
        }
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_add_up() {
        let tally = Tally::default();
        for _ in 0..3 {
            let mut part = Counts {
                accepted: 2,
                closed: 1,
                calls: 5,
                requests: 2,
                ..Counts::default()
            };
            tally.take(&mut part);
            assert_eq!(part, Counts::default());
        }
        let all = tally.counts();
        assert_eq!((all.open(), all.calls_per_request()), (3, Some(2.5)));
        assert_eq!(Counts::default().calls_per_request(), None);
    }
}
