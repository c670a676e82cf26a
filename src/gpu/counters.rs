//! What a launch did, as a profiler would count it.

use std::ops::AddAssign;

use serde::{Deserialize, Serialize};

use super::fault::Site;

/// What one line did, or all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineCounters {
    /// The line; absent for the total, and for code without line information.
    pub site: Option<Site>,
    /// Instructions issued: one for each time that a group of lanes executes one.
    pub warp_instructions: u64,
    /// Instructions executed, each lane's counted.
    pub thread_instructions: u64,
    /// Loads from global memory: one for each 128 bytes that a warp's lanes ask for at most.
    ///
    /// A load of 8 bytes a lane makes two requests (half warps), of 16 bytes four (quarter warps), as
    /// the hardware splits them: a request is ideal with four sectors, whatever the type.
    pub global_load_requests: u64,
    /// 32-byte sectors that those requests touch.
    pub global_load_sectors: u64,
    /// Lanes that loaded.
    pub global_loads: u64,
    /// Bytes that those lanes asked for.
    pub global_load_bytes: u64,
    /// Stores to global memory, counted as the loads are.
    pub global_store_requests: u64,
    /// 32-byte sectors that those requests touch.
    pub global_store_sectors: u64,
    /// Lanes that stored.
    pub global_stores: u64,
    /// Bytes that those lanes wrote.
    pub global_store_bytes: u64,
    /// Atomic instructions on global memory.
    pub global_atomic_requests: u64,
    /// Lanes that executed one.
    pub global_atomics: u64,
    /// Atomic instructions on shared memory.
    pub shared_atomic_requests: u64,
    /// Lanes that executed one.
    pub shared_atomics: u64,
    /// Loads from and stores to shared memory, split as global ones are.
    pub shared_requests: u64,
    /// Passes that those took: one each without bank conflicts.
    pub shared_passes: u64,
    /// Lanes that made one.
    pub shared_accesses: u64,
    /// Loads from and stores to local memory.
    pub local_requests: u64,
    /// Conditional branches that a group of lanes executed.
    pub branches: u64,
    /// Those at which the lanes parted.
    pub divergent_branches: u64,
    /// Barriers of a block that completed.
    pub barriers: u64,
    /// `__syncwarp()`s that completed.
    pub warp_barriers: u64,
    /// Shuffles that a group of lanes executed.
    pub shuffles: u64,
    /// Votes, matches and reductions that a group of lanes executed.
    pub votes: u64,
}

impl AddAssign<&LineCounters> for LineCounters {
    /// Adds the other's figures; the site stays.
    fn add_assign(&mut self, other: &LineCounters) {
        self.warp_instructions += other.warp_instructions;
        self.thread_instructions += other.thread_instructions;
        self.global_load_requests += other.global_load_requests;
        self.global_load_sectors += other.global_load_sectors;
        self.global_loads += other.global_loads;
        self.global_load_bytes += other.global_load_bytes;
        self.global_store_requests += other.global_store_requests;
        self.global_store_sectors += other.global_store_sectors;
        self.global_stores += other.global_stores;
        self.global_store_bytes += other.global_store_bytes;
        self.global_atomic_requests += other.global_atomic_requests;
        self.global_atomics += other.global_atomics;
        self.shared_atomic_requests += other.shared_atomic_requests;
        self.shared_atomics += other.shared_atomics;
        self.shared_requests += other.shared_requests;
        self.shared_passes += other.shared_passes;
        self.shared_accesses += other.shared_accesses;
        self.local_requests += other.local_requests;
        self.branches += other.branches;
        self.divergent_branches += other.divergent_branches;
        self.barriers += other.barriers;
        self.warp_barriers += other.warp_barriers;
        self.shuffles += other.shuffles;
        self.votes += other.votes;
    }
}

/// What a launch did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counters {
    /// Line by line, sorted by file and line; lines that did nothing are not there.
    pub lines: Vec<LineCounters>,
    /// All lines together.
    pub total: LineCounters,
    /// Warps launched.
    pub warps: u64,
    /// Threads launched.
    pub threads: u64,
    /// Blocks launched.
    pub blocks: u64,
}

impl Counters {
    /// What the lines of one file with this number did; file names are compared without directories.
    pub fn line(&self, file: &str, line: u32) -> Option<&LineCounters> {
        self.lines.iter().find(|counters| {
            counters.site.as_ref().is_some_and(|site| {
                site.line == line && site.file.rsplit('/').next() == file.rsplit('/').next()
            })
        })
    }
}

impl AddAssign<&Counters> for Counters {
    /// Adds another launch's figures, line by line.
    fn add_assign(&mut self, other: &Counters) {
        for line in &other.lines {
            match self.lines.binary_search_by(|own| own.site.cmp(&line.site)) {
                Ok(at) => self.lines[at] += line,
                Err(at) => self.lines.insert(at, line.clone()),
            }
        }
        self.total += &other.total;
        self.warps += other.warps;
        self.threads += other.threads;
        self.blocks += other.blocks;
    }
}
