//! What decides: one judge per check, each a pure function of what was recorded.
//!
//! A judge asks only for what the handout promises. What clients saw decides; the calls of the
//! server are shown, and counted where the claim is about them.

mod bytes;
mod ends;
mod numbers;
#[cfg(test)]
mod testing;

pub(super) use bytes::{
    bounds_its_memory, drains_edge_triggered, echoes, finishes_partial_writes, honours_half_close,
    serves_others_while_one_stalls,
};
pub(super) use ends::{rebinds_at_once, stops_on_sigterm, survives_resets};
pub(super) use numbers::{
    holds_ten_thousand, leaks_no_descriptor, multiplexes, sleeps_when_idle,
    survives_descriptor_exhaustion,
};

use crate::model::recording::Measure;
use crate::model::{Recording, World};

/// What was measured, in order, and where.
fn measured(recording: &Recording) -> Vec<(usize, Measure)> {
    recording
        .world()
        .filter_map(|(at, world)| match world {
            World::Measured(measure) => Some((at, *measure)),
            _ => None,
        })
        .collect()
}

/// The crowds that were started and whose name begins like this: waves, for one.
fn crowds<'a>(recording: &'a Recording, name: &str) -> Vec<&'a str> {
    recording
        .world()
        .filter_map(|(_, world)| match world {
            World::Started(crowd, _) if crowd.starts_with(name) => Some(crowd.as_str()),
            _ => None,
        })
        .collect()
}
