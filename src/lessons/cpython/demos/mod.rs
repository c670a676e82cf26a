//! The demos of the lesson `cpython`, in the order in which its text speaks of them.
//!
//! Nothing here parses Python: small scripts, run by the installed interpreter, say what it makes
//! of something, and what is drawn is what they said.

mod build;
mod cost;
mod objects;
mod path;
mod pipeline;
pub(in crate::lessons) mod python;
pub(in crate::lessons) mod section;
mod specialise;

use crate::lessons::player::Role;
use crate::model::curriculum::Demo;

/// What players do for these demos.
pub(in crate::lessons) static ROLES: &[(&str, Role)] = &[(python::ROLE, python::play)];

/// In teaching order.
pub static DEMOS: &[Demo] = &[
    pipeline::DEMO,
    specialise::DEMO,
    objects::DEMO,
    path::DEMO,
    cost::DEMO,
    build::DEMO,
];
