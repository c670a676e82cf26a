//! The demos of the lesson `process`, in the order in which its text speaks of them.
//!
//! Each measures or traces when it is called: no figure that a demo prints was written down
//! before.

mod columns;
mod durability;
mod eintr;
mod exec;
mod fork;
mod limits;
mod mount;
mod pipes_and_groups;
mod player;
mod shutdown;
mod signals;
mod stage;
mod zombies;

pub use player::{PLAYER_COMMAND, play};

use crate::model::curriculum::Demo;

/// In teaching order.
pub static DEMOS: &[Demo] = &[
    shutdown::DEMO,
    signals::DEMO,
    eintr::DEMO,
    durability::DEMO,
    fork::DEMO,
    exec::DEMO,
    zombies::DEMO,
    pipes_and_groups::DEMO,
    limits::DEMO,
];
