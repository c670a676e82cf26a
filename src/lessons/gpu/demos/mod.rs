//! The demos of the lesson `gpu`, in the order in which its text speaks of them.
//!
//! Their kernels are compiled when they are shown, and run on the simulator; a demo that also uses a
//! GPU says so, and goes without where there is none.

mod banks;
mod coalescing;
mod divergence;
mod errors;
mod hello;
mod program;
mod python;
mod race;
mod stage;
mod streams;
mod vector_add;

use crate::model::curriculum::Demo;

/// In teaching order.
pub static DEMOS: &[Demo] = &[
    hello::DEMO,
    vector_add::DEMO,
    coalescing::DEMO,
    banks::DEMO,
    divergence::DEMO,
    race::DEMO,
    streams::DEMO,
    errors::DEMO,
    python::DEMO,
];
