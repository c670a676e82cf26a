//! The demos of the lesson `sockets`, in the order in which its text speaks of them.
//!
//! Each measures or traces when it is called: no figure that a demo prints was written down
//! before.

mod backpressure;
mod ends;
mod epoll;
mod lifecycle;
mod tls;
mod triggers;
mod udp;
mod unix;

use crate::lessons::player::Role;
use crate::model::curriculum::Demo;

/// What players do for these demos.
pub(in crate::lessons) static ROLES: &[(&str, Role)] = &[
    ("echo", backpressure::player::play),
    (epoll::player::ROLE, epoll::player::play),
    ("giver", unix::player::give),
    ("taker", unix::player::take),
];

/// In teaching order.
pub static DEMOS: &[Demo] = &[
    lifecycle::DEMO,
    backpressure::DEMO,
    epoll::DEMO,
    triggers::DEMO,
    udp::DEMO,
    unix::DEMO,
    tls::DEMO,
];
