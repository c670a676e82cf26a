//! The demos of the lesson `process`, in the order in which its text speaks of them.
//!
//! Each measures or traces when it is called: no figure that a demo prints was written down
//! before.

mod columns;
mod durability;
mod eintr;
mod mount;
mod shutdown;
mod signals;
mod stage;

use crate::model::curriculum::Demo;

/// In teaching order.
pub static DEMOS: &[Demo] = &[shutdown::DEMO, signals::DEMO, eintr::DEMO, durability::DEMO];
