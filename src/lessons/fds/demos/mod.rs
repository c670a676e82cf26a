//! The demos of the lesson `fds`, in the order in which its text speaks of them.
//!
//! Each measures or traces when it is called: no figure that a demo prints was written down
//! before.

mod calls;
mod effort;
mod leak;
mod mmap;
mod ring;
mod table;
mod uring;
mod zero_copy;

use crate::lessons::player::Role;
use crate::model::curriculum::Demo;

/// What players do for these demos.
pub(in crate::lessons) static ROLES: &[(&str, Role)] = &[
    ("table", table::player::play),
    ("mapping", mmap::player::play),
    ("move", zero_copy::player::play),
    ("copy", uring::copy::play),
    ("serve", uring::serve::play),
];

/// In teaching order.
pub static DEMOS: &[Demo] = &[
    leak::DEMO,
    table::DEMO,
    mmap::DEMO,
    zero_copy::DEMO,
    uring::DEMO,
];
