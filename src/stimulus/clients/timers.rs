//! When clients go on by themselves.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashSet};
use std::time::{Duration, Instant};

/// A heap of moments; each belongs to a client.
#[derive(Debug, Default)]
pub(super) struct Timers {
    heap: BinaryHeap<Reverse<(Instant, usize)>>,
    known: HashSet<(Instant, usize)>,
}

impl Timers {
    /// The client wants to go on then.
    pub(super) fn set(&mut self, at: Instant, client: usize) {
        if self.known.insert((at, client)) {
            self.heap.push(Reverse((at, client)));
        }
    }

    /// How long it is until the first of them.
    pub(super) fn next(&self, now: Instant) -> Option<Duration> {
        let Reverse((at, _)) = self.heap.peek()?;
        Some(at.saturating_duration_since(now))
    }

    /// Takes those whose time has come.
    pub(super) fn due(&mut self, now: Instant) -> Vec<usize> {
        let mut due = Vec::new();
        while let Some(Reverse((at, client))) = self.heap.peek().copied() {
            if at > now {
                break;
            }
            self.heap.pop();
            self.known.remove(&(at, client));
            due.push(client);
        }
        due
    }
}
