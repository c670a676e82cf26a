//! Faults as they are found: the different ones kept, all of them counted.

use std::collections::HashMap;

use crate::gpu::fault::{At, Fault, FaultKind, Site, Space};

/// What is said of a fault besides kind and place.
#[derive(Clone, Debug)]
pub(super) struct Finding {
    pub(super) kind: FaultKind,
    /// The innermost line, then those where it was inlined or called.
    pub(super) sites: Vec<Site>,
    pub(super) other: Option<Site>,
    pub(super) at: At,
    pub(super) other_at: Option<At>,
    pub(super) space: Option<Space>,
    pub(super) buffer: Option<String>,
    pub(super) text: String,
}

/// Two findings are one fault if these are equal.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) kind: FaultKind,
    /// The instruction.
    pub(super) pc: u32,
    /// The other one.
    pub(super) other_pc: Option<u32>,
}

/// The faults of a launch.
#[derive(Debug, Default)]
pub(super) struct FaultLog {
    pub(super) faults: Vec<Fault>,
    pub(super) in_all: u64,
    pub(super) ends_the_launch: bool,
    most: usize,
    /// Where each is kept, by instruction.
    seen: HashMap<Key, Option<usize>>,
    /// And by line, since a line has several instructions.
    by_line: HashMap<(FaultKind, Option<Site>, Option<Site>), usize>,
}

impl FaultLog {
    pub(super) fn new(most: usize) -> Self {
        Self {
            most,
            ..Self::default()
        }
    }

    /// Counts a fault that was seen before; otherwise the caller has to say what it is.
    pub(super) fn is_known(&mut self, key: &Key) -> bool {
        let Some(at) = self.seen.get(key) else {
            return false;
        };
        self.in_all += 1;
        if let Some(at) = at {
            self.faults[*at].times += 1;
        }
        true
    }

    /// Counts more occurrences of a fault that was seen before.
    pub(super) fn more(&mut self, key: &Key, times: u64) {
        self.in_all += times;
        if let Some(Some(at)) = self.seen.get(key) {
            self.faults[*at].times += times;
        }
    }

    pub(super) fn add(&mut self, key: Key, finding: Finding) {
        self.in_all += 1;
        self.ends_the_launch |= finding.kind.ends_a_launch();
        let mut sites = finding.sites.into_iter();
        let site = sites.next();
        // Of a race it does not matter who came second.
        let (mut first, mut second) = (site.clone(), finding.other.clone());
        if finding.kind == FaultKind::Race && second < first {
            std::mem::swap(&mut first, &mut second);
        }
        let line = (finding.kind, first, second);
        if let Some(at) = self.by_line.get(&line) {
            self.faults[*at].times += 1;
            self.remember(key, Some(*at));
            return;
        }
        if self.faults.len() >= self.most {
            self.remember(key, None);
            return;
        }
        let at = self.faults.len();
        self.by_line.insert(line, at);
        self.remember(key, Some(at));
        self.faults.push(Fault {
            kind: finding.kind,
            site,
            inlined: sites.collect(),
            other: finding.other,
            at: finding.at,
            other_at: finding.other_at,
            space: finding.space,
            buffer: finding.buffer,
            text: finding.text,
            times: 1,
        });
    }

    fn remember(&mut self, key: Key, at: Option<usize>) {
        // A launch of a program has so many pairs of instructions at most; keep some.
        if self.seen.len() < 1 << 16 {
            self.seen.insert(key, at);
        }
    }
}
