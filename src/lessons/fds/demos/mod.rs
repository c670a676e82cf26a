//! The demos of the lesson `fds`, in the order in which its text speaks of them.
//!
//! Each measures or traces when it is called: no figure that a demo prints was written down
//! before.

use crate::model::curriculum::Demo;

/// In teaching order.
pub static DEMOS: &[Demo] = &[];
