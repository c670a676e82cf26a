//! The lesson `process`: signals, fork, exec, limits.

mod durable_log;

use crate::model::Lab;

/// The labs of this lesson, in teaching order.
pub static LABS: &[Lab] = &[durable_log::LAB];
