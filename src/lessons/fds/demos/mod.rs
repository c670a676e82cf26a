//! The demos of the lesson `fds`, in the order in which its text speaks of them.
//!
//! Each measures or traces when it is called: no figure that a demo prints was written down
//! before.

mod leak;
mod mmap;
mod table;

use crate::lessons::player::Role;
use crate::model::curriculum::Demo;

/// What players do for these demos.
pub(in crate::lessons) static ROLES: &[(&str, Role)] = &[
    ("table", table::player::play),
    ("mapping", mmap::player::play),
];

/// In teaching order.
pub static DEMOS: &[Demo] = &[leak::DEMO, table::DEMO, mmap::DEMO];
