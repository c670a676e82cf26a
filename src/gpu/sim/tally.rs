//! What accesses are counted as, at their instruction.

use super::access::Split;
use super::exec::{Exec, Group};
use super::program::Lanes;
use super::traffic;

/// What a warp's instruction does to memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Traffic {
    Load,
    Store,
    Atomic,
}

impl Exec<'_, '_> {
    pub(super) fn count(
        &mut self,
        what: Traffic,
        addresses: &Lanes,
        split: Split,
        bytes: u64,
        group: Group,
    ) {
        let tally = &mut self.m.tallies[group.pc as usize];
        if split.global != 0 {
            let lanes = u64::from(split.global.count_ones());
            let (requests, sectors) = match what {
                Traffic::Atomic => (1, 0),
                _ => traffic::sectors(addresses, split.global, bytes as u32),
            };
            match what {
                Traffic::Load => {
                    tally.global_load_requests += requests;
                    tally.global_load_sectors += sectors;
                    tally.global_loads += lanes;
                    tally.global_load_bytes += lanes * bytes;
                }
                Traffic::Store => {
                    tally.global_store_requests += requests;
                    tally.global_store_sectors += sectors;
                    tally.global_stores += lanes;
                    tally.global_store_bytes += lanes * bytes;
                }
                Traffic::Atomic => {
                    tally.global_atomic_requests += 1;
                    tally.global_atomics += lanes;
                }
            }
        }
        if split.shared != 0 {
            let lanes = u64::from(split.shared.count_ones());
            if what == Traffic::Atomic {
                tally.shared_atomic_requests += 1;
                tally.shared_atomics += lanes;
            } else {
                let (requests, passes) = traffic::passes(addresses, split.shared, bytes as u32);
                tally.shared_requests += requests;
                tally.shared_passes += passes;
                tally.shared_accesses += lanes;
            }
        }
        tally.local_requests += u64::from(split.local != 0);
    }
}
