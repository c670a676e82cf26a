//! The demos of the lesson `sockets`, in the order in which its text speaks of them.
//!
//! Each measures or traces when it is called: no figure that a demo prints was written down
//! before.

mod backpressure;
mod ends;
mod lifecycle;
mod triggers;
mod udp;

use crate::lessons::player::Role;
use crate::model::curriculum::Demo;

/// What players do for these demos.
pub(in crate::lessons) static ROLES: &[(&str, Role)] = &[("echo", backpressure::player::play)];

/// In teaching order.
pub static DEMOS: &[Demo] = &[
    lifecycle::DEMO,
    triggers::DEMO,
    backpressure::DEMO,
    udp::DEMO,
];
