//! The demos of the lesson `shm`, in the order in which its text speaks of them.
//!
//! Each measures when it is called: no figure that a demo prints was written down before.

use crate::lessons::player::Role;
use crate::model::curriculum::Demo;

/// What players do for these demos.
pub(in crate::lessons) static ROLES: &[(&str, Role)] = &[];

/// In teaching order.
pub static DEMOS: &[Demo] = &[];
