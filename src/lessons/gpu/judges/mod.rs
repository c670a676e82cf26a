//! What decides: one judge per check, each a pure function of the facts that a probe wrote down.
//!
//! The checks of a lab stand in the order of causes: what never ends is not asked for its results, and what
//! races is told so before its results are wrong. A launch that was ended by what an earlier check is about
//! shows nothing more, and costs this check, too.

mod compiles;
mod fast;
mod faults;
mod told;
mod traffic;
mod values;
mod work;

#[cfg(test)]
mod tests;

pub(super) use compiles::compiles;
pub(super) use fast::is_fast;
pub(super) use faults::{
    ends, has_no_race, initialises_before_use, meets_its_barriers, stays_in_bounds,
};
pub(super) use traffic::{
    avoids_bank_conflicts, coalesces, coalesces_both_ways, reads_twice_at_most, strides, tiles,
};
pub(super) use values::{computes, is_stable};
pub(super) use work::{diverges_little, needs_few_atomics, privatises, scans_in_log_steps};
