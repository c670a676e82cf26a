//! What each check makes a shell live through.
//!
//! Commands are ordinary ones, or the actor where it matters that a program is executed: a shell
//! may have `echo`, `cat` or `true` built in. Only grammar that the handout promises is used, and
//! nothing that means something else to a shell with more of it.

mod lines;
mod processes;
mod trouble;

pub(super) use lines::{commands, redirections, statuses};
pub(super) use processes::{background, descriptors, pipelines, signals};
pub(super) use trouble::{bad_input, interrupts};
