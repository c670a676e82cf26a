//! The demos of the lesson `process`, in the order in which its text speaks of them.
//!
//! Each measures or traces when it is called: no figure that a demo prints was written down
//! before.

mod durability;
mod eintr;
mod exec;
mod fork;
mod limits;
mod mount;
mod pipes_and_groups;
mod shutdown;
mod signals;
pub(in crate::lessons) mod stage;
mod zombies;

use crate::lessons::player::Role;
use crate::lessons::{columns, player};
use crate::model::curriculum::Demo;

/// What players do for these demos.
pub(in crate::lessons) static ROLES: &[(&str, Role)] = &[
    ("fork", fork::player::play),
    ("fork-times", fork::player::play_times),
    ("exec", exec::player::play),
    ("zombies", zombies::player::play),
    ("shell", pipes_and_groups::player::play),
];

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
