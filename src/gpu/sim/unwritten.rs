//! Reads of memory that nothing wrote, until it is known whether someone else was just late.
//!
//! A thread that reads before another one writes, without a barrier between them, finds memory
//! unwritten in one order of threads and written in another. That is a race, and reported as one;
//! only what no racing write comes for is reported as uninitialised.

use std::collections::HashMap;

use super::access::Spot;
use super::report::Key;
use crate::gpu::fault::{FaultKind, Site};

/// Words that are remembered; reads of others are reported at once.
const MOST: usize = 1 << 18;

/// A read of unwritten memory.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unwritten {
    pub(super) pc: u32,
    pub(super) tid: u32,
    pub(super) spot: Spot,
    pub(super) bytes: u64,
    pub(super) times: u64,
}

impl Unwritten {
    /// The fault that all such reads by an instruction are.
    pub(super) fn key(pc: u32) -> Key {
        Key {
            kind: FaultKind::Uninitialised,
            pc,
            other_pc: None,
        }
    }
}

/// The reads of a memory that may still turn out to be races.
#[derive(Debug, Default)]
pub(super) struct Unsettled {
    all: Vec<Option<Unwritten>>,
    by_word: HashMap<u64, usize>,
    sites: HashMap<u32, Vec<Site>>,
}

impl Unsettled {
    /// Remembers a read; whether there was room.
    ///
    /// The lines are those of the instruction, needed for its first read only.
    pub(super) fn add(&mut self, word: u64, read: Unwritten, sites: Vec<Site>) -> bool {
        if let Some(at) = self.by_word.get(&word) {
            if let Some(known) = &mut self.all[*at] {
                known.times += 1;
            }
            return true;
        }
        if self.all.len() >= MOST {
            return false;
        }
        self.by_word.insert(word, self.all.len());
        self.all.push(Some(read));
        self.sites.entry(read.pc).or_insert(sites);
        true
    }

    /// Whether the lines of an instruction are known.
    pub(super) fn knows(&self, pc: u32) -> bool {
        self.sites.contains_key(&pc)
    }

    /// A write raced with a read of this word.
    pub(super) fn forgive(&mut self, word: u64) {
        if let Some(at) = self.by_word.get(&word) {
            self.all[*at] = None;
        }
    }

    /// What is left, in the order in which it happened, with the lines of each.
    pub(super) fn drain(&mut self) -> Vec<(Unwritten, Vec<Site>)> {
        let all = std::mem::take(self);
        all.all
            .into_iter()
            .flatten()
            .map(|read| (read, all.sites.get(&read.pc).cloned().unwrap_or_default()))
            .collect()
    }
}
